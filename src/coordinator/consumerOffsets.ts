/** The topic of Kafka's group coordinator. */
export const consumerOffsets = '__consumer_offsets'

/** The topics that brokers keep for themselves. */
export const internalTopics: readonly string[] = [consumerOffsets, '__transaction_state', '__share_group_state']
