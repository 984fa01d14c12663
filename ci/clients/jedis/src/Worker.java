import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** One writer with its own client. */
final class Worker extends Thread {
  private static final int REGISTER_EVERY = 20;
  private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(50);

  private final Settings settings;
  private final CountDownLatch halt;
  private final CountDownLatch serving;
  private UnifiedJedis client;
  final Recording.Notes notes;

  /** Writes until `halt` is down; counts `serving` down at its first acknowledgement. */
  Worker(Settings settings, int number, CountDownLatch halt, CountDownLatch serving) {
    this.settings = settings;
    this.halt = halt;
    this.serving = serving;
    notes = new Recording.Notes(settings, number);
  }

  @Override
  public void run() {
    try {
      int count = 0;
      Duration pause = Duration.ZERO;
      for (int sequence = 1; !halt.await(pause.toNanos(), TimeUnit.NANOSECONDS); sequence++) {
        pause = Duration.ZERO;
        String key = settings.run() + ":" + notes.number + ":" + sequence;
        if (notes.owns(key)) {
          pause = write(key, sequence, count++ % REGISTER_EVERY == 0);
        }
      }
    } catch (InterruptedException unexpected) {
      throw new IllegalStateException(unexpected);
    }
    if (client != null) {
      client.close();
    }
  }

  /** Gives the time to the next write. */
  private Duration write(String key, int sequence, boolean register) {
    long began = System.nanoTime();
    try {
      if (client == null) {
        client = Clients.connect(settings);
      }
      client.set(key, String.valueOf(sequence));
      notes.acks.add(new Object[] {Recording.now(), sequence});
      if (notes.acks.size() == 1) {
        serving.countDown();
      }
      if (register) {
        writeRegister(sequence);
      }
    } catch (JedisException error) {
      notes.errors.add(new Object[] {Recording.now(), describe(error)});
      return PAUSE_AFTER_ERROR;
    }
    return settings.interval().minusNanos(System.nanoTime() - began);
  }

  private void writeRegister(int sequence) {
    try {
      client.set(notes.register, String.valueOf(sequence));
    } catch (JedisException error) {
      notes.registerFailed.add(sequence);
      throw error;
    }
    notes.registerAcked = sequence;
  }

  /** The error's type and, for a server's reply, its first word. */
  private static String describe(JedisException error) {
    String word = String.valueOf(error.getMessage()).split(" ")[0];
    String type = error.getClass().getSimpleName();
    return word.matches("[A-Z]+") ? type + " " + word : type;
  }
}
