/**
 * Keys of user data and properties, spelled in one place: `keys.GSW_PHONE` is the string 'GSW_PHONE',
 * so a misspelt key is a compile error. The keys of campaign control over a Communication DN
 * (GSW_CAMPAIGN_ID, GSW_GROUP_ID, GSW_GROUP_NAME, GSW_DIAL_MODE, GSW_OPTIMIZE_BY, GSW_OPTIMIZE_GOAL)
 * and GSW_CHAIN_ATTR, GSW_TREATMENT, GSW_CUSTOMER_ID, GSW_CHAIN_N, GSW_SESSION_UUID, GSW_EVENT_NUMBER
 * are this project's own: the vendor's are not public.
 */
export const KEY_NAMES = [
  'GSW_AGENT_REQ_TYPE', 'GSW_USER_EVENT', 'GSW_REFERENCE_ID', 'GSW_ERROR', 'GSW_ERROR_NUMBER', 'GSW_APPLICATION_ID',
  'GSW_CAMPAIGN_NAME', 'GSW_CAMPAIGN_DESCRIPTION', 'GSW_CAMPAIGN_GROUP_NAME', 'GSW_CAMPAIGN_GROUP_DESCRIPTION', 'GSW_CAMPAIGN_MODE',
  'GSW_CAMPAIGN_GROUP_DBID', 'GSW_CALLING_LIST_DBID', 'GSW_SWITCH_DBID', 'GSW_CALLING_LIST', 'GSW_RECORD_HANDLE',
  'GSW_PHONE', 'GSW_PHONE_TYPE', 'GSW_CUSTOMER_ID', 'GSW_CHAIN_ID', 'GSW_CHAIN_N', 'GSW_CHAIN_ATTR', 'GSW_ATTEMPTS',
  'GSW_CALL_RESULT', 'GSW_CALL_ATTEMPT_GUID', 'GSW_TZ_NAME', 'GSW_TZ_OFFSET', 'GSW_FROM', 'GSW_UNTIL', 'GSW_DATE_TIME',
  'GSW_CALLBACK_TYPE', 'GSW_RECORD_STATUS', 'GSW_RECORD_TYPE', 'GSW_TREATMENT', 'GSW_AGENT_ID',
  'GSW_CAMPAIGN_ID', 'GSW_GROUP_ID', 'GSW_GROUP_NAME', 'GSW_DIAL_MODE', 'GSW_OPTIMIZE_BY', 'GSW_OPTIMIZE_GOAL', 'GSW_AUTO_COMPLETION',
  'GSW_SESSION_UUID', 'GSW_EVENT_NUMBER', 'InteractionType', 'InteractionSubtype', 'contact_info',
] as const;

export type KeyName = (typeof KEY_NAMES)[number];

export const keys = Object.fromEntries(KEY_NAMES.map((name) => [name, name])) as { readonly [Name in KeyName]: Name };
