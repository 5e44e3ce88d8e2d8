import com.fasterxml.jackson.databind.JsonNode;

/** One client: a consumer, a producer, an admin client. Knows the op "close", after which it is not asked again. */
interface Actor {
  /** The answer: null, or what Jackson can write. */
  Object run(String op, JsonNode request) throws Exception;
}
