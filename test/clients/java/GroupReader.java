import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ClassicGroupDescription;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment.TaskIds;
import org.apache.kafka.common.GroupType;

/** Groups of every kind as the broker describes them, in one shape. */
final class GroupReader {
  private final Admin admin;

  GroupReader(Admin admin) {
    this.admin = admin;
  }

  /** Sorted by group; `epoch` is null for classic groups, whose generation no request tells. */
  record Group(String group, String groupType, Integer epoch, String state, String protocolType, String protocol,
      List<Member> members, Map<String, Map<Integer, Long>> offsets) {}

  /** `assignment` by topic; of a streams member, active tasks by subtopology. */
  record Member(String id, String instanceId, String clientId, String host, Integer epoch,
      Map<String, List<Integer>> assignment) {}

  Map<String, String> list() throws Exception {
    Map<String, String> kinds = new TreeMap<>();
    for (GroupListing group : admin.listGroups(new ListGroupsOptions()).all().get()) {
      kinds.put(group.groupId(), kindOf(group));
    }
    return kinds;
  }

  /** A group that is not there is left out. */
  List<Group> describe(Collection<String> wanted) throws Exception {
    List<Group> groups = new ArrayList<>();
    for (GroupListing listed : admin.listGroups(new ListGroupsOptions()).all().get()) {
      if (wanted.contains(listed.groupId())) groups.add(describe(listed));
    }
    groups.sort(Comparator.comparing(Group::group));
    return groups;
  }

  void delete(Collection<String> groups) throws Exception {
    Map<String, String> kinds = list();
    for (String group : groups) {
      switch (kinds.getOrDefault(group, "")) {
        case "share" -> admin.deleteShareGroups(List.of(group)).all().get();
        case "streams" -> admin.deleteStreamsGroups(List.of(group)).all().get();
        default -> admin.deleteConsumerGroups(List.of(group)).all().get();
      }
    }
  }

  /** Brokers before 3.8 do not tell the type: theirs are all classic. */
  private static String kindOf(GroupListing group) {
    GroupType type = group.type().orElse(GroupType.CLASSIC);
    return type == GroupType.CLASSIC && group.isSimpleConsumerGroup() ? "simple" : type.toString().toLowerCase();
  }

  private Group describe(GroupListing listed) throws Exception {
    String group = listed.groupId();
    String kind = kindOf(listed);
    List<String> one = List.of(group);
    switch (kind) {
      case "consumer" -> {
        ConsumerGroupDescription found = admin.describeConsumerGroups(one).all().get().get(group);
        return new Group(group, kind, found.groupEpoch().orElse(null), found.groupState().toString(), "consumer",
            found.partitionAssignor(), members(found.members()), offsets(group));
      }
      case "share" -> {
        ShareGroupDescription found = admin.describeShareGroups(one).all().get().get(group);
        List<Member> members = found.members().stream().map(member -> new Member(member.consumerId(), null,
            member.clientId(), member.host(), member.memberEpoch(),
            Read.byTopic(member.assignment().topicPartitions()))).sorted(Comparator.comparing(Member::id)).toList();
        return new Group(group, kind, found.groupEpoch(), found.groupState().toString(), kind, null, members, Map.of());
      }
      case "streams" -> {
        StreamsGroupDescription found = admin.describeStreamsGroups(one).all().get().get(group);
        List<Member> members = found.members().stream().map(member -> new Member(member.memberId(),
            member.instanceId().orElse(null), member.clientId(), member.clientHost(), member.memberEpoch(),
            tasks(member.assignment().activeTasks()))).sorted(Comparator.comparing(Member::id)).toList();
        return new Group(group, kind, found.groupEpoch(), found.groupState().toString(), kind, null, members,
            Read.offsetsByTopic(admin.listStreamsGroupOffsets(Map.of(group, new ListStreamsGroupOffsetsSpec()))
                .partitionsToOffsetAndMetadata(group).get()));
      }
      default -> {
        ClassicGroupDescription found = admin.describeClassicGroups(one).all().get().get(group);
        return new Group(group, kind, null, found.state().toString(), found.protocol(), found.protocolData(),
            members(found.members()), offsets(group));
      }
    }
  }

  private static List<Member> members(Collection<MemberDescription> members) {
    return members.stream()
        .map(member -> new Member(member.consumerId(), member.groupInstanceId().orElse(null), member.clientId(),
            member.host(), member.memberEpoch().orElse(null), Read.byTopic(member.assignment().topicPartitions())))
        .sorted(Comparator.comparing(Member::id))
        .toList();
  }

  private static Map<String, List<Integer>> tasks(List<TaskIds> tasks) {
    Map<String, List<Integer>> bySubtopology = new TreeMap<>();
    tasks.forEach(task -> bySubtopology.put(task.subtopologyId(), task.partitions().stream().sorted().toList()));
    return bySubtopology;
  }

  private Map<String, Map<Integer, Long>> offsets(String group) throws Exception {
    return Read.offsetsByTopic(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group).get());
  }
}
