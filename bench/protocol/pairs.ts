/** What every codec carries: the user data of a record that is handed out, shortened to twelve. */
export const PAIRS: readonly (readonly [key: string, value: string | number])[] = [
  ['GSW_USER_EVENT', 'PreviewRecord'],
  ['GSW_REFERENCE_ID', 7],
  ['GSW_APPLICATION_ID', 156],
  ['GSW_CAMPAIGN_NAME', 'Spring'],
  ['GSW_CALLING_LIST', 'Spring customers'],
  ['GSW_RECORD_HANDLE', 40_123],
  ['GSW_PHONE', '2025550103'],
  ['GSW_PHONE_TYPE', 1],
  ['GSW_ATTEMPTS', 2],
  ['GSW_TZ_NAME', 'Central'],
  ['GSW_DATE_TIME', '11/22/2026 18:00'],
  ['customer_name', 'Farouk Żółtowski'],
];
