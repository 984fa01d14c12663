import com.google.gson.FieldNamingPolicy;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.util.JedisClusterCRC16;

/** The recording, as ci/recorder/recording.py reads it. */
record Recording(String run, double started, double ended, List<Notes> workers) {

  /** Seconds since the epoch. */
  static double now() {
    var now = Instant.now();
    return now.getEpochSecond() + now.getNano() / 1e9;
  }

  void save(Path file) throws IOException {
    var json = new GsonBuilder().setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES).create();
    Files.writeString(file, json.toJson(this));
  }

  /** What one worker has seen; pairs are [time, what]. */
  static final class Notes {
    private static final int SLOTS = 16384;

    final int number;
    final int firstSlot;
    final int lastSlot;
    final String register;
    final List<Object[]> acks = new ArrayList<>();
    int registerAcked;
    final List<Integer> registerFailed = new ArrayList<>();
    final List<Object[]> errors = new ArrayList<>();

    /** The slots are split as `redis-cli --cluster create` does it; without a cluster every worker has all slots. */
    Notes(Settings s, int number) {
      boolean split = s.mode().equals("cluster");
      this.number = number;
      firstSlot = split ? border(s, number) : 0;
      lastSlot = (split ? border(s, number + 1) : SLOTS) - 1;
      int i = 0;
      while (!owns(s.run() + ":" + number + ":register:" + i)) {
        i++;
      }
      register = s.run() + ":" + number + ":register:" + i;
    }

    private static int border(Settings s, int worker) {
      return (int) Math.round((double) SLOTS / s.workers() * worker);
    }

    boolean owns(String key) {
      int slot = JedisClusterCRC16.getSlot(key);
      return firstSlot <= slot && slot <= lastSlot;
    }
  }
}
