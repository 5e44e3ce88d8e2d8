import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/**
 * Reads __consumer_offsets from its start to where it ends now, with Kafka's own consumer and generated classes.
 * `decode` only decodes, uncommitted records too; `state` keeps the committed offset of each key, and reads committed.
 */
public final class Drain {
    private record Key(String group, String topic, int partition) {}

    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final Map<Key, Long> offsets;
    private long records;
    private long commits;

    private Drain(boolean withState) {
        offsets = withState ? new HashMap<>() : null;
    }

    public static void main(String[] args) throws Exception {
        boolean withState = args[1].equals("state");
        Properties properties = new Properties();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, withState ? "read_committed" : "read_uncommitted");
        properties.put(ConsumerConfig.EXCLUDE_INTERNAL_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        // The default of 500 records a poll costs it a few per cent
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "10000");
        System.out.println("start");
        Drain drain = new Drain(withState);
        ByteBufferDeserializer buffers = new ByteBufferDeserializer();
        try (KafkaConsumer<ByteBuffer, ByteBuffer> consumer = new KafkaConsumer<>(properties, buffers, buffers)) {
            drain.run(consumer);
        }
        System.out.println(drain.counts());
        System.in.read();
    }

    private void run(KafkaConsumer<ByteBuffer, ByteBuffer> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor("__consumer_offsets").stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<ByteBuffer, ByteBuffer> record : consumer.poll(Duration.ofMillis(200))) {
                records++;
                take(record.key(), record.value());
            }
        }
    }

    private void take(ByteBuffer key, ByteBuffer value) {
        short type = key.getShort(key.position());
        if (type > 1) {
            serde.deserialize(key, value);
            return;
        }
        key.getShort();
        OffsetCommitKey commitKey = new OffsetCommitKey(new ByteBufferAccessor(key), (short) 0);
        OffsetCommitValue commit = null;
        if (value != null) {
            short version = value.getShort();
            commit = new OffsetCommitValue(new ByteBufferAccessor(value), version);
        }
        commits++;
        if (offsets == null) return;
        Key name = new Key(commitKey.group(), commitKey.topic(), commitKey.partition());
        if (commit == null) offsets.remove(name);
        else offsets.put(name, commit.offset());
    }

    private String counts() {
        if (offsets == null) return "{\"records\":" + records + ",\"commits\":" + commits + "}";
        long sum = offsets.values().stream().mapToLong(Long::longValue).sum();
        return "{\"keys\":" + offsets.size() + ",\"offsetSum\":" + sum + "}";
    }
}
