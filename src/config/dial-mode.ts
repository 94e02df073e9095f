/** Numbers of the DialMode enumeration, by the names that a configuration uses. NoDialMode cannot be configured. */
export const DIAL_MODES: Readonly<Record<string, number>> = {
  Predict: 1,
  Progress: 2,
  Preview: 3,
  ProgressAndSeize: 4,
  PredictAndSeize: 5,
  Power: 6,
  PowerAndSeize: 7,
  PushPreview: 8,
  ProgressGVP: 9,
  PredictGVP: 10,
  PowerGVP: 11,
};
