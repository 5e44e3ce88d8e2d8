import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/** Prints every error code of the Kafka client: code, name, whether its exception is retriable. */
public final class ErrorCodes {
  private ErrorCodes() {}

  public static void main(String[] arguments) {
    for (Errors error : Errors.values()) {
      System.out.println(
          error.code() + " " + error.name() + " " + (error.exception() instanceof RetriableException));
    }
  }
}
