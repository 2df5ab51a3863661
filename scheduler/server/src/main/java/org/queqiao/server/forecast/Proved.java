package org.queqiao.server.forecast;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import java.util.zip.CRC32C;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.forecast.ForecastBook;
import org.queqiao.eventlog.EventLog;
import org.queqiao.runtime.recovery.CommittedReader;
import org.queqiao.server.host.WholeFile;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Foresight;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps how forecasts, predictions and promises proved over a restart: one file with the figures as
 * of a position of the log, and the forecasts whose job has not started. It is replaced as a whole,
 * at most every half minute and at the end. What came after it is judged from the log at the next
 * start; only forecasts that were given after it are lost with a process that is killed. Nothing is
 * decided from it, so a file that cannot be read or written costs figures and nothing else.
 *
 * <pre>
 *   queqiao-proved 1
 *   position P
 *   forecasts GIVEN JUDGED WITHIN BELOW
 *   foresight PREDICTED JUDGED OUTLIVED ERROR_MS PROMISED LATE LATE_MS LATEST_MS
 *   open JOB POSITION P10 P50 P90     (any number of times)
 *   crc32c HEX                        (of all bytes before this line)
 * </pre>
 */
public final class Proved implements ClusterView.ChangeListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Proved.class);
  private static final String HEADER = "queqiao-proved 1";
  private static final long EVERY_MS = 30_000;

  /** So many facts after the file are judged at a start; with more those are left out. */
  private static final long MOST_FACTS = 1_000_000;

  /** More than the forecasts that are kept take. */
  private static final long MOST_BYTES = 64L << 20;

  private final Path file;
  private final Forecasts forecasts;
  private final Foresight foresight;
  private final Thread writer;
  private long position;
  private String written = "";
  private boolean closed;

  private Proved(Path file, Forecasts forecasts, Foresight foresight, long position) {
    this.file = file;
    this.forecasts = forecasts;
    this.foresight = foresight;
    this.position = position;
    this.writer = Thread.ofPlatform().name("proved").daemon().unstarted(this::writeAgainAndAgain);
  }

  /**
   * Goes on from the file, if there is one, and starts the thread that writes it. It is then told
   * of what is new instead of the two.
   *
   * @param position up to which the two know the state
   */
  public static Proved open(
      Path file, Forecasts forecasts, Foresight foresight, EventLog log, long position) {
    Proved proved = new Proved(file, forecasts, foresight, position);
    proved.restore(log);
    proved.writer.start();
    return proved;
  }

  private void restore(EventLog log) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException(file + " is larger than " + MOST_BYTES + " bytes");
      }
      Content content = Content.parse(Files.readString(file, StandardCharsets.UTF_8));
      if (content.position() > position) {
        throw new IOException(
            "it is of position " + content.position() + ", and the log of " + position);
      }
      forecasts.restore(content.book());
      foresight.restore(content.foresight());
      judge(log, content.position());
    } catch (NoSuchFileException e) {
      LOG.info("no forecasts are known from before file={}", file);
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("forecasts and promises are counted from now on file={}", file, e);
    }
  }

  private void judge(EventLog log, long from) {
    if (position - from > MOST_FACTS) {
      LOG.warn("{} facts are not judged: they are more than {}", position - from, MOST_FACTS);
      return;
    }
    try (CommittedReader reader = new CommittedReader(log, from + 1)) {
      while (reader.nextPosition() <= position) {
        LoggedEvent event = reader.next();
        if (event == null) {
          return;
        }
        forecasts.judge(event);
        foresight.applied(List.of(event));
      }
    }
  }

  @Override
  public synchronized void applied(List<LoggedEvent> events) {
    forecasts.applied(events);
    foresight.applied(events);
    position = events.getLast().position();
  }

  private void writeAgainAndAgain() {
    try {
      boolean last = false;
      while (!last) {
        synchronized (this) {
          if (!closed) {
            wait(EVERY_MS);
          }
          last = closed;
        }
        write();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes what is known now, if it is not written yet. */
  private void write() {
    Content content;
    synchronized (this) {
      content = new Content(position, forecasts.book(), foresight.figures());
    }
    // Whoever brings facts waits for the figures to be taken, not for their text.
    String text = content.text();
    if (text.equals(written)) {
      return;
    }
    try {
      WholeFile.replace(file, text.getBytes(StandardCharsets.UTF_8), WholeFile.OWNER_ONLY);
      written = text;
    } catch (IOException e) {
      LOG.warn("how forecasts proved is not written file={}", file, e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    writer.join();
  }

  /** What the file says. */
  record Content(long position, ForecastBook.Image book, Foresight.Figures foresight) {
    String text() {
      ForecastBook.Coverage coverage = book.coverage();
      StringBuilder out = new StringBuilder(HEADER).append('\n');
      line(out, "position", position);
      line(
          out,
          "forecasts",
          coverage.given(),
          coverage.forecasts(),
          coverage.withinP10P90(),
          coverage.belowP50());
      line(
          out,
          "foresight",
          foresight.predicted(),
          foresight.judged(),
          foresight.outlived(),
          foresight.errorMs(),
          foresight.promised(),
          foresight.late(),
          foresight.lateMs(),
          foresight.latestMs());
      for (ForecastBook.Open each : book.open()) {
        line(
            out,
            "open",
            each.job().value(),
            each.position(),
            each.p10Ms(),
            each.p50Ms(),
            each.p90Ms());
      }
      return out + "crc32c " + crc(out.toString()) + "\n";
    }

    private static void line(StringBuilder out, String name, long... numbers) {
      StringJoiner joined = new StringJoiner(" ", name + " ", "\n");
      Arrays.stream(numbers).forEach(each -> joined.add(Long.toString(each)));
      out.append(joined);
    }

    private static String crc(String text) {
      CRC32C crc = new CRC32C();
      crc.update(text.getBytes(StandardCharsets.UTF_8));
      return Long.toHexString(crc.getValue());
    }

    static Content parse(String text) {
      int end = text.lastIndexOf("crc32c ");
      if (end < 0 || !text.substring(end).equals("crc32c " + crc(text.substring(0, end)) + "\n")) {
        throw new IllegalArgumentException("the file is cut short or damaged");
      }
      List<String> lines = text.substring(0, end).lines().toList();
      if (lines.size() < 4 || !lines.getFirst().equals(HEADER)) {
        throw new IllegalArgumentException("the file does not begin with " + HEADER);
      }
      long[] position = numbers(lines.get(1), "position", 1);
      long[] book = numbers(lines.get(2), "forecasts", 4);
      long[] seen = numbers(lines.get(3), "foresight", 8);
      List<ForecastBook.Open> open = new ArrayList<>();
      for (String line : lines.subList(4, lines.size())) {
        long[] each = numbers(line, "open", 5);
        open.add(new ForecastBook.Open(new JobId(each[0]), each[1], each[2], each[3], each[4]));
      }
      return new Content(
          position[0],
          new ForecastBook.Image(
              new ForecastBook.Coverage(book[0], book[1], book[2], book[3]), open),
          new Foresight.Figures(
              seen[0], seen[1], seen[2], seen[3], seen[4], seen[5], seen[6], seen[7]));
    }

    private static long[] numbers(String line, String name, int count) {
      String[] words = line.split(" ", -1);
      if (words.length != count + 1 || !words[0].equals(name)) {
        throw new IllegalArgumentException("a line of " + name + " was expected, not " + line);
      }
      return Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray();
    }
  }
}
