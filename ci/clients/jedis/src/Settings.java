import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import redis.clients.jedis.HostAndPort;

/** What the recorder is told. */
record Settings(
    String mode,
    Set<HostAndPort> seeds,
    String masterName,
    String password,
    String sentinelPassword,
    int workers,
    Duration interval,
    Duration time,
    String file,
    String run) {

  private static final Map<String, String> DEFAULTS =
      Map.of("mode", "cluster", "master-name", "mymaster", "workers", "3", "interval", "0.01", "seconds", "0");

  /** Raises IllegalArgumentException for a flag that is unknown, missing or without a value. */
  static Settings parse(String[] arguments) {
    Map<String, String> given = new TreeMap<>(DEFAULTS);
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      given.put(arguments[i].replaceFirst("^--", ""), arguments[i + 1]);
    }
    Set<String> known = new TreeMap<>(DEFAULTS).navigableKeySet();
    Set<HostAndPort> seeds = new LinkedHashSet<>();
    for (String flag : given.keySet()) {
      if (!known.contains(flag) && !flag.equals("seeds") && !flag.equals("file")) {
        throw new IllegalArgumentException("no flag --" + flag);
      }
    }
    if (arguments.length % 2 != 0 || !given.containsKey("seeds") || !given.containsKey("file")) {
      throw new IllegalArgumentException("needed: --seeds HOST:PORT[,HOST:PORT...] --file FILE");
    }
    for (String seed : given.get("seeds").split(",")) {
      seeds.add(HostAndPort.from(seed));
    }
    return new Settings(
        given.get("mode"),
        seeds,
        given.get("master-name"),
        System.getenv("RECORDER_PASSWORD"),
        System.getenv("RECORDER_SENTINEL_PASSWORD"),
        Integer.parseInt(given.get("workers")),
        seconds(given.get("interval")),
        seconds(given.get("seconds")),
        given.get("file"),
        "j" + Long.toHexString(System.nanoTime() & 0xffffffffL));
  }

  private static Duration seconds(String text) {
    return Duration.ofNanos(Math.round(Double.parseDouble(text) * 1e9));
  }
}
