import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Kafka's own classes as an oracle of what bytes mean.
 *
 * <pre>
 * Oracle make SEED COUNT   COUNT random records, every type and version in turn: a line each of key and value (base64,
 *                          "-" for a tombstone) and Kafka's reading of them, separated by spaces
 * Oracle read              for each line of key and value ("-" for null) on stdin, a line: Kafka's reading as JSON, or
 *                          "!" and why it refuses
 * </pre>
 */
public final class Oracle {
    /** Not System.out, which would go on writing when nobody reads any more. */
    private static final BufferedWriter OUT =
        new BufferedWriter(new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8), 1 << 16);
    private static final KafkaReading READING = new KafkaReading();

    public static void main(String[] args) throws Exception {
        if (args[0].equals("make")) make(Long.parseLong(args[1]), Integer.parseInt(args[2]));
        else read();
        OUT.flush();
    }

    private static void read() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII), 1 << 16);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int space = line.indexOf(' ');
            try {
                OUT.write(READING.read(bytes(line.substring(0, space)), bytes(line.substring(space + 1))));
            } catch (RuntimeException e) {
                OUT.write("!" + String.valueOf(e.getMessage()).replace('\n', ' '));
            }
            OUT.write('\n');
            if (!in.ready()) OUT.flush();
        }
    }

    private static byte[] bytes(String base64) {
        return base64.equals("-") ? null : Base64.getDecoder().decode(base64);
    }

    private static void make(long seed, int count) throws Exception {
        Random random = new Random(seed);
        RandomMessages messages = new RandomMessages(random);
        GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
        Base64.Encoder base64 = Base64.getEncoder();
        List<Object[]> kinds = new ArrayList<>();
        for (CoordinatorRecordType type : CoordinatorRecordType.values()) {
            for (short v = type.lowestSupportedVersion(); v <= type.highestSupportedVersion(); v++) kinds.add(new Object[] {type, v});
        }
        for (int i = 0; i < count; i++) {
            CoordinatorRecordType type = (CoordinatorRecordType) kinds.get(i % kinds.size())[0];
            short version = (short) kinds.get(i % kinds.size())[1];
            ApiMessage key = messages.message(type.newRecordKey().getClass(), (short) 0);
            ApiMessageAndVersion value = null;
            if (random.nextInt(50) > 0) {
                value = new ApiMessageAndVersion(withProtocol(messages.message(type.newRecordValue().getClass(), version), messages, random), version);
            }
            CoordinatorRecord record = value == null ? CoordinatorRecord.tombstone(key) : CoordinatorRecord.record(key, value);
            byte[] keyBytes = serde.serializeKey(record);
            byte[] valueBytes = serde.serializeValue(record);
            OUT.write(base64.encodeToString(keyBytes));
            OUT.write(' ');
            OUT.write(valueBytes == null ? "-" : base64.encodeToString(valueBytes));
            OUT.write(' ');
            OUT.write(READING.read(keyBytes, valueBytes));
            OUT.write('\n');
        }
    }

    /** Mostly real ConsumerProtocol bytes where a member has such, of every version, and of ones yet to come. */
    private static ApiMessage withProtocol(ApiMessage value, RandomMessages messages, Random random) throws ReflectiveOperationException {
        if (value instanceof GroupMetadataValue group && random.nextInt(4) > 0) {
            group.setProtocolType("consumer");
            for (GroupMetadataValue.MemberMetadata member : group.members()) {
                if (random.nextInt(10) > 0) member.setSubscription(protocol(ConsumerProtocolSubscription.class, messages, random));
                if (random.nextInt(10) > 0) member.setAssignment(protocol(ConsumerProtocolAssignment.class, messages, random));
            }
        }
        if (value instanceof ConsumerGroupMemberMetadataValue member && member.classicMemberMetadata() != null) {
            for (ConsumerGroupMemberMetadataValue.ClassicProtocol each : member.classicMemberMetadata().supportedProtocols()) {
                each.setMetadata(protocol(ConsumerProtocolSubscription.class, messages, random));
            }
        }
        return value;
    }

    private static byte[] protocol(Class<? extends ApiMessage> type, RandomMessages messages, Random random) throws ReflectiveOperationException {
        byte[] bytes = messages.versionPrefixed(type, (short) random.nextInt(4));
        if (random.nextInt(20) > 0) return bytes;
        bytes[random.nextInt(2)] = (byte) random.nextInt(256);
        return bytes;
    }
}
