import { keys } from '../../protocol/index.js';
import type { ParameterNames } from '../campaign/requests.js';

/** What user data calls the parameters of a campaign request. */
export const USER_DATA_NAMES: ParameterNames = {
  campaignId: keys.GSW_CAMPAIGN_ID,
  groupId: keys.GSW_GROUP_ID,
  optimizeBy: keys.GSW_OPTIMIZE_BY,
  optimizeGoal: keys.GSW_OPTIMIZE_GOAL,
};
