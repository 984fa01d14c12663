import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The write recorder with Jedis; see ../../README.md. */
final class Main {
  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    Settings settings;
    try {
      settings = Settings.parse(arguments);
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.exit(64);
      return;
    }
    var halt = new CountDownLatch(1);
    var main = Thread.currentThread();
    // At SIGINT and SIGTERM the JVM runs this and would end after it, so it leaves the end to the main thread.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      halt.countDown();
      try {
        main.join();
      } catch (InterruptedException unexpected) {
        throw new IllegalStateException(unexpected);
      }
    }));
    try {
      record(settings, halt).save(Path.of(settings.file()));
    } catch (IOException error) {
      System.err.println(error);
      Runtime.getRuntime().halt(1);
    }
    Runtime.getRuntime().halt(0);
  }

  /** Prints "serving" when every worker has its first acknowledgement. */
  private static Recording record(Settings settings, CountDownLatch halt) throws InterruptedException {
    var serving = new CountDownLatch(settings.workers());
    double started = Recording.now();
    List<Worker> workers = new ArrayList<>();
    for (int number = 0; number < settings.workers(); number++) {
      workers.add(new Worker(settings, number, halt, serving));
    }
    workers.forEach(Thread::start);
    Thread teller = new Thread(() -> {
      try {
        serving.await();
        System.out.println("serving");
      } catch (InterruptedException unexpected) {
        throw new IllegalStateException(unexpected);
      }
    });
    teller.setDaemon(true);
    teller.start();
    if (settings.time().isZero()) {
      halt.await();
    } else if (!halt.await(settings.time().toNanos(), TimeUnit.NANOSECONDS)) {
      halt.countDown();
    }
    double ended = Recording.now();
    for (Worker worker : workers) {
      worker.join();
    }
    return new Recording(settings.run(), started, ended, workers.stream().map(worker -> worker.notes).toList());
  }
}
