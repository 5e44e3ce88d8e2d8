/** Kafka's error codes that koff decides by; failure.ts has the names of all. */
export const OFFSET_OUT_OF_RANGE = 1
export const UNKNOWN_TOPIC_OR_PARTITION = 3
export const LEADER_NOT_AVAILABLE = 5
export const TOPIC_AUTHORIZATION_FAILED = 29
