import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Real Kafka clients, driven by lines of JSON: {"id", "op", "actor", …} in, {"id", "result"} or {"id", "error"} out.
 * Requests run side by side; whoever needs an order waits for the answer. The end of standard input is the end of
 * whoever drives us, and ours, without a goodbye to any broker. The argument is our working folder, which goes with us.
 */
public final class Clients {
  static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, Actor> actors = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final PrintStream out;

  private Clients(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    // Whatever a library prints must not come between the answers.
    System.setOut(System.err);
    Clients clients = new Clients(out);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode request = JSON.readTree(line);
      if (request.get("op").asText().equals("exit")) {
        clients.closeAll();
        System.exit(0);
      }
      clients.threads.execute(() -> clients.answer(request));
    }
    try {
      remove(Path.of(args[0]));
    } finally {
      // Also where who started us has removed it already: threads of clients would keep this process alive.
      Runtime.getRuntime().halt(0);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }

  private void answer(JsonNode request) {
    ObjectNode response = JSON.createObjectNode().put("id", request.get("id").asLong());
    try {
      response.set("result", JSON.valueToTree(run(request)));
    } catch (Throwable thrown) {
      response.put("error", chain(thrown));
    }
    synchronized (out) {
      out.println(response);
    }
  }

  /** What was thrown, and why: `KafkaException: Failed to construct kafka consumer: ConfigException: …` */
  private static String chain(Throwable thrown) {
    Throwable cause = thrown.getCause();
    if (thrown instanceof ExecutionException && cause != null) return chain(cause);
    String words = thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
    return cause == null || cause == thrown ? words : words + ": " + chain(cause);
  }

  private Object run(JsonNode request) throws Exception {
    String op = request.get("op").asText();
    String name = request.get("actor").asText();
    if (!op.equals("open")) {
      Actor actor = actor(name);
      Object result = actor.run(op, request);
      if (op.equals("close")) actors.remove(name);
      return result;
    }
    Actor opened = open(request);
    if (actors.putIfAbsent(name, opened) != null) {
      opened.run("close", request);
      throw new IllegalArgumentException("there is an actor " + name + " already");
    }
    return null;
  }

  private Actor open(JsonNode request) throws Exception {
    Map<String, Object> config = Read.config(request.get("config"));
    return switch (request.get("kind").asText()) {
      case "admin" -> new Administrator(config);
      case "consumer" -> new GroupConsumer(config, request);
      case "share" -> new ShareGroupConsumer(config, request);
      case "producer" -> new Sender(config, this::consumer);
      case "streams" -> new StreamsApplication(config, request);
      case "avro" -> new AvroReader(config, request);
      case "table" -> new GroupsTable(config, request);
      default -> throw new IllegalArgumentException("unknown kind of actor " + request.get("kind"));
    };
  }

  private Actor actor(String name) {
    Actor actor = actors.get(name);
    if (actor == null) throw new IllegalArgumentException("no actor " + name);
    return actor;
  }

  private GroupConsumer consumer(String name) {
    return (GroupConsumer) actor(name);
  }

  private void closeAll() {
    ObjectNode nothing = JSON.createObjectNode();
    actors.values().parallelStream().forEach(actor -> {
      try {
        actor.run("close", nothing);
      } catch (Exception error) {
        System.err.println("close: " + error);
      }
    });
  }
}
