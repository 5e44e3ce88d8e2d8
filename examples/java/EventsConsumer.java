import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.*;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Events as objects of the classes that avro-maven-plugin generates from koff's schemas (pom.xml beside this). */
public final class EventsConsumer {
  public static void main(String[] args) throws Exception {
    var env = System.getenv();
    String registry = env.getOrDefault("SCHEMA_REGISTRY_URL", "http://localhost:8081/apis/ccompat/v7");
    Map<Integer, Schema> schemas = new HashMap<>();
    Map<String, Object> config = Map.of(
        "bootstrap.servers", env.getOrDefault("KOFF_BROKERS", "localhost:9092"),
        "group.id", env.getOrDefault("GROUP", "events-example-java"),
        "auto.offset.reset", "earliest",
        "isolation.level", "read_committed"); // the default gives events of aborted transactions, too
    try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(env.getOrDefault("TOPIC", "koff.events")));
      while (true) for (var record : consumer.poll(Duration.ofSeconds(1))) {
        int id = ByteBuffer.wrap(record.value()).getInt(1); // after a zero byte
        if (!schemas.containsKey(id)) schemas.put(id, new Schema.Parser().parse(
            new ObjectMapper().readTree(URI.create(registry + "/schemas/ids/" + id).toURL()).get("schema").asText()));
        var type = SpecificData.get().getClass(schemas.get(id));
        if (type == null) continue; // a type of event that these classes do not know yet
        var reader = new SpecificDatumReader<>(schemas.get(id), SpecificData.get().getSchema(type));
        var decoder = DecoderFactory.get().binaryDecoder(record.value(), 5, record.value().length - 5, null);
        System.out.println(reader.read(null, decoder));
      }
    }
  }
}
