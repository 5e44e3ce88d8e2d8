import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolAssignmentJsonConverter;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.ConsumerProtocolSubscriptionJsonConverter;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordJsonConverters;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** What Kafka's own classes make of a record: the deserializer of the group coordinator, and its JSON converters. */
final class KafkaReading {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();

    /** The record as JSON; what Kafka refuses throws. */
    String read(byte[] key, byte[] value) {
        ByteBuffer keyBuffer = key == null ? null : ByteBuffer.wrap(key);
        ByteBuffer valueBuffer = value == null ? null : ByteBuffer.wrap(value);
        CoordinatorRecord record = serde.deserialize(keyBuffer, valueBuffer);
        short typeId = record.key().apiKey();
        JsonNode keyJson = CoordinatorRecordJsonConverters.writeRecordKeyAsJson(record.key());
        ApiMessageAndVersion read = record.value();
        ObjectNode json = JSON.objectNode();
        json.put("typeId", typeId);
        json.put("type", CoordinatorRecordType.fromId(typeId).name());
        json.set("group", keyJson.has("group") ? keyJson.get("group") : keyJson.get("groupId"));
        json.set("key", keyJson);
        if (read == null) {
            json.putNull("valueVersion");
            json.putNull("value");
        } else {
            json.put("valueVersion", read.version());
            json.set("value", exact(CoordinatorRecordJsonConverters.writeRecordValueAsJson(read.message(), read.version())));
            ArrayNode embedded = embedded(read.message());
            if (embedded != null) json.set("embedded", embedded);
        }
        json.put("keyRemaining", keyBuffer.remaining());
        json.put("valueRemaining", valueBuffer == null ? 0 : valueBuffer.remaining());
        return json.toString();
    }

    private static ArrayNode embedded(ApiMessage value) {
        ArrayNode parts = JSON.arrayNode();
        if (value instanceof GroupMetadataValue group) {
            if (!group.protocolType().equals(ConsumerProtocol.PROTOCOL_TYPE)) return null;
            for (GroupMetadataValue.MemberMetadata member : group.members()) {
                ObjectNode part = parts.addObject().put("memberId", member.memberId());
                part.set("subscription", subscription(member.subscription()));
                part.set("assignment", assignment(member.assignment()));
            }
            return parts;
        }
        if (value instanceof ConsumerGroupMemberMetadataValue member && member.classicMemberMetadata() != null) {
            for (ConsumerGroupMemberMetadataValue.ClassicProtocol protocol : member.classicMemberMetadata().supportedProtocols()) {
                parts.addObject().put("name", protocol.name()).set("subscription", subscription(protocol.metadata()));
            }
            return parts;
        }
        return null;
    }

    private static JsonNode subscription(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            short version = ConsumerProtocol.deserializeVersion(buffer);
            ConsumerProtocolSubscription data = ConsumerProtocol.deserializeConsumerProtocolSubscription(buffer, version);
            short known = (short) Math.min(version, ConsumerProtocolSubscription.HIGHEST_SUPPORTED_VERSION);
            return part(version, ConsumerProtocolSubscriptionJsonConverter.write(data, known), buffer);
        } catch (RuntimeException e) {
            return JSON.objectNode().put("error", String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode assignment(byte[] bytes) {
        if (bytes.length == 0) return JSON.objectNode().put("empty", true);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            short version = ConsumerProtocol.deserializeVersion(buffer);
            ConsumerProtocolAssignment data = ConsumerProtocol.deserializeConsumerProtocolAssignment(buffer, version);
            short known = (short) Math.min(version, ConsumerProtocolAssignment.HIGHEST_SUPPORTED_VERSION);
            return part(version, ConsumerProtocolAssignmentJsonConverter.write(data, known), buffer);
        } catch (RuntimeException e) {
            return JSON.objectNode().put("error", String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode part(short version, JsonNode data, ByteBuffer buffer) {
        ObjectNode part = JSON.objectNode();
        part.put("version", version);
        part.set("data", data);
        part.put("remaining", buffer.remaining());
        return part;
    }

    /** An int64 that a double does not hold exactly as a decimal string, the one thing in which koff's JSON differs. */
    private static JsonNode exact(JsonNode node) {
        if (node.isLong() && Math.abs((double) node.longValue()) >= 0x1p53) return TextNode.valueOf(node.asText());
        if (node.isObject()) ((ObjectNode) node).properties().forEach(field -> field.setValue(exact(field.getValue())));
        if (node.isArray()) for (int i = 0; i < node.size(); i++) ((ArrayNode) node).set(i, exact(node.get(i)));
        return node;
    }
}
