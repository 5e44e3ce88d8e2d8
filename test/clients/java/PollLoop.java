import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/** Consumers belong to one thread: polls there again and again, and runs what others ask for in between. */
final class PollLoop {
  private final BlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();
  private final Runnable poll;
  private volatile Throwable failure;
  private volatile boolean ended;

  PollLoop(String name, Runnable poll) {
    this.poll = poll;
    Thread thread = new Thread(this::loop, name);
    thread.setDaemon(true);
    thread.start();
  }

  <T> T call(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    tasks.add(task);
    try {
      return task.get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof Exception cause ? cause : failed;
    }
  }

  /** Runs the last piece of work. */
  void end(Callable<Void> work) throws Exception {
    call(() -> {
      ended = true;
      return work.call();
    });
  }

  /** What ended the polling, or null. */
  String failure() {
    return failure == null ? null : failure.getClass().getSimpleName() + ": " + failure.getMessage();
  }

  private void loop() {
    while (!ended) {
      try {
        for (FutureTask<?> task = tasks.poll(); task != null && !ended; task = tasks.poll()) task.run();
        if (ended) return;
        if (failure == null) poll.run();
        else tasks.take().run();
      } catch (InterruptedException interrupted) {
        return;
      } catch (Throwable thrown) {
        failure = thrown;
      }
    }
  }
}
