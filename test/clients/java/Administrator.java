import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** What operators do: topics, and groups from outside. Every op resolves when the cluster has done it. */
final class Administrator implements Actor {
  private final Admin admin;
  private final GroupReader groups;

  Administrator(Map<String, Object> config) {
    admin = Admin.create(config);
    groups = new GroupReader(admin);
  }

  @Override
  public Object run(String op, JsonNode request) throws Exception {
    switch (op) {
      case "createTopics" -> createTopics(request);
      case "createPartitions" -> admin.createPartitions(Map.of(
          request.get("topic").asText(), NewPartitions.increaseTo(request.get("count").asInt()))).all().get();
      case "deleteTopics" -> admin.deleteTopics(Read.strings(request.get("topics"))).all().get();
      case "deleteRecords" -> admin.deleteRecords(Read.offsets(request.get("before"), "").entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey,
              entry -> RecordsToDelete.beforeOffset(entry.getValue().offset()))))
          .all().get();
      case "topicIds" -> {
        return topicIds(Read.strings(request.get("topics")));
      }
      case "endOffsets" -> {
        return endOffsets(Read.strings(request.get("topics")));
      }
      case "alterOffsets" -> admin.alterConsumerGroupOffsets(request.get("group").asText(),
          Read.offsets(request.get("offsets"), request.path("metadata").asText(""))).all().get();
      case "deleteOffsets" -> admin.deleteConsumerGroupOffsets(request.get("group").asText(),
          new HashSet<>(Read.partitions(request.get("partitions")))).all().get();
      case "removeMembers" -> admin.removeMembersFromConsumerGroup(request.get("group").asText(), removal(request))
          .all().get();
      case "deleteGroups" -> groups.delete(Read.strings(request.get("groups")));
      case "listGroups" -> {
        return groups.list();
      }
      case "describeGroups" -> {
        return groups.describe(Read.strings(request.get("groups")));
      }
      case "abortTransaction" -> admin.forceTerminateTransaction(request.get("transactionalId").asText()).result().get();
      case "setGroupConfig" -> setConfig(ConfigResource.Type.GROUP, request);
      case "setTopicConfig" -> setConfig(ConfigResource.Type.TOPIC, request);
      case "close" -> admin.close(Duration.ofSeconds(10));
      default -> throw new IllegalArgumentException("an admin client can't " + op);
    }
    return null;
  }

  private void createTopics(JsonNode request) throws Exception {
    Map<String, String> config = new HashMap<>();
    if (request.has("settings")) Read.config(request.get("settings")).forEach((k, v) -> config.put(k, v.toString()));
    List<NewTopic> topics = new ArrayList<>();
    request.get("topics").properties().forEach(topic -> topics.add(new NewTopic(
        topic.getKey(), Optional.of(topic.getValue().asInt()), Optional.empty()).configs(config)));
    admin.createTopics(topics).all().get();
  }

  private Map<String, String> topicIds(List<String> topics) throws Exception {
    Map<String, String> ids = new TreeMap<>();
    admin.describeTopics(topics).allTopicNames().get()
        .forEach((name, description) -> ids.put(name, description.topicId().toString()));
    return ids;
  }

  private Map<String, Map<Integer, Long>> endOffsets(List<String> topics) throws Exception {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    admin.describeTopics(topics).allTopicNames().get().forEach((name, description) -> description.partitions()
        .forEach(partition -> wanted.put(new TopicPartition(name, partition.partition()), OffsetSpec.latest())));
    Map<String, Map<Integer, Long>> ends = new TreeMap<>();
    admin.listOffsets(wanted).all().get().forEach((partition, end) -> ends
        .computeIfAbsent(partition.topic(), topic -> new TreeMap<>()).put(partition.partition(), end.offset()));
    return ends;
  }

  /** Without instance ids: everybody. */
  private static RemoveMembersFromConsumerGroupOptions removal(JsonNode request) {
    List<String> instances = Read.strings(request.get("instanceIds"));
    return instances.isEmpty()
        ? new RemoveMembersFromConsumerGroupOptions()
        : new RemoveMembersFromConsumerGroupOptions(
            instances.stream().map(MemberToRemove::new).collect(Collectors.toSet()));
  }

  private void setConfig(ConfigResource.Type type, JsonNode request) throws Exception {
    List<AlterConfigOp> settings = new ArrayList<>();
    Read.config(request.get("settings")).forEach((key, value) -> settings.add(
        new AlterConfigOp(
            new ConfigEntry(key, value.toString()),
            AlterConfigOp.OpType.SET)));
    admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, request.get("name").asText()), settings)).all().get();
  }
}
