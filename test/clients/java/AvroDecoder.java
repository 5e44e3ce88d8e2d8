import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;

/**
 * Decodes Confluent's wire format (a zero byte, the schema's id as int32, the datum) with Avro's own reader and the schema
 * that the registry holds under that id.
 */
final class AvroDecoder {
  private final String registry;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

  AvroDecoder(String registry) {
    this.registry = registry;
  }

  /** As JSON, with unions unwrapped, int64 as JSON numbers of any size. */
  JsonNode decode(byte[] value) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    if (bytes.get() != 0) throw new IllegalArgumentException("not in Confluent's wire format");
    Schema schema = schema(bytes.getInt());
    var decoder = DecoderFactory.get().binaryDecoder(value, bytes.position(), bytes.remaining(), null);
    Object datum = new GenericDatumReader<>(schema).read(null, decoder);
    if (!decoder.isEnd()) throw new IllegalArgumentException("bytes left over");
    return Clients.JSON.readTree(GenericData.get().toString(datum));
  }

  private Schema schema(int id) throws Exception {
    Schema known = schemas.get(id);
    if (known != null) return known;
    URI uri = URI.create(registry + "/schemas/ids/" + id);
    HttpRequest get = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
    HttpResponse<String> response = http.send(get, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) throw new IllegalStateException(uri + ": HTTP " + response.statusCode());
    Schema schema = new Schema.Parser().parse(Clients.JSON.readTree(response.body()).get("schema").asText());
    schemas.put(id, schema);
    return schema;
  }
}
