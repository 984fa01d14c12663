import java.time.Duration;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.executors.RetryableCommandExecutor;
import redis.clients.jedis.providers.SentineledConnectionProvider;

/** The client of each mode: addresses, passwords, time-outs and, where there are none, repeats. */
final class Clients {
  private Clients() {}

  /** Talks to the seeds at once: raises a JedisException when none of them answers. */
  static UnifiedJedis connect(Settings s) {
    return switch (s.mode()) {
      case "cluster" -> cluster(s);
      case "sentinel" -> sentinel(s);
      case "direct" -> direct(s);
      default -> throw new IllegalArgumentException("--mode is cluster, sentinel or direct");
    };
  }

  private static DefaultJedisClientConfig config(String password) {
    // docs: jedis config
    var config = DefaultJedisClientConfig.builder()
        .password(password)
        .connectionTimeoutMillis(500)
        .socketTimeoutMillis(1000)
        .build();
    // docs: end
    return config;
  }

  private static UnifiedJedis cluster(Settings s) {
    var config = config(s.password());
    // docs: jedis cluster
    var client = RedisClusterClient.builder()
        .nodes(s.seeds()) // Set.of(new HostAndPort("bowline", 6379))
        .clientConfig(config)
        .build();
    // docs: end
    return client;
  }

  private static UnifiedJedis sentinel(Settings s) {
    var config = config(s.password());
    var sentinelConfig = config(s.sentinelPassword());
    // docs: jedis sentinel
    // Set.of(new HostAndPort("bowline-sentinel", 26379)), "mymaster"
    var provider = new SentineledConnectionProvider(s.masterName(), config, s.seeds(), sentinelConfig);
    var client = RedisSentinelClient.builder()
        .sentinels(s.seeds())
        .masterName(s.masterName())
        .connectionProvider(provider)
        .commandExecutor(new RetryableCommandExecutor(provider, 5, Duration.ofSeconds(5))) // default: no repeats
        .build();
    // docs: end
    return client;
  }

  private static UnifiedJedis direct(Settings s) {
    var config = config(s.password());
    var primary = s.seeds().iterator().next();
    // docs: jedis direct
    var client = RedisClient.builder()
        .hostAndPort(primary) // new HostAndPort("bowline-primary", 6379)
        .clientConfig(config)
        .build();
    // docs: end
    return client;
  }
}
