package org.queqiao.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** In which part of a job's life kills fell, as the event log tells afterwards. */
final class KillPhases {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WAITING = "between submit and start";
  private static final String RUNNING = "while running";
  private static final String UNREPORTED = "between exit and report";

  private static final class Life {
    private long submittedMs = Long.MAX_VALUE;
    private long startMs = Long.MAX_VALUE;
    private long exitMs = Long.MAX_VALUE;
    private long reportedMs = Long.MAX_VALUE;
  }

  private final Map<String, Integer> counts = new TreeMap<>();

  private KillPhases(Iterable<Life> lives, List<Long> killsMs) {
    List.of(WAITING, RUNNING, UNREPORTED).forEach(phase -> counts.put(phase, 0));
    for (long killMs : killsMs) {
      boolean waiting = false;
      boolean running = false;
      boolean unreported = false;
      for (Life life : lives) {
        waiting |= life.submittedMs <= killMs && killMs < life.startMs;
        running |= life.startMs <= killMs && killMs < life.exitMs;
        unreported |= life.exitMs <= killMs && killMs < life.reportedMs;
      }
      counts.merge(WAITING, waiting ? 1 : 0, Integer::sum);
      counts.merge(RUNNING, running ? 1 : 0, Integer::sum);
      counts.merge(UNREPORTED, unreported ? 1 : 0, Integer::sum);
    }
  }

  /**
   * Reads the lives of the jobs.
   *
   * @param dump lines of {@code log dump}
   * @param killsMs when the kills were, by the wall clock
   */
  static KillPhases read(String dump, List<Long> killsMs) throws IOException {
    Map<Long, Life> lives = new TreeMap<>();
    for (String line : dump.lines().filter(each -> each.contains(" {\"actor\":")).toList()) {
      String[] words = line.split(" ", 5);
      long timeMs = Instant.parse(words[3]).toEpochMilli();
      JsonNode event = JSON.readTree(words[4]);
      switch (event.path("event").asText()) {
        case "JobSubmitted" -> life(lives, event.path("job")).submittedMs = timeMs;
        case "JobStarted" ->
            life(lives, event.path("run")).startMs = event.path("startMs").asLong();
        case "JobEnded" -> {
          Life life = life(lives, event.path("job"));
          life.exitMs = event.path("exit").path("endMs").asLong(timeMs);
          life.reportedMs = timeMs;
        }
        default -> {}
      }
    }
    return new KillPhases(lives.values(), killsMs);
  }

  /** The life of a job, named as {@code 12} or by its run as {@code 12.1}. */
  private static Life life(Map<Long, Life> lives, JsonNode name) {
    long job = Long.parseLong(name.asText().split("\\.", 2)[0]);
    return lives.computeIfAbsent(job, each -> new Life());
  }

  /** Kills that met at least one job in that part of its life. */
  Map<String, Integer> counts() {
    return counts;
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
