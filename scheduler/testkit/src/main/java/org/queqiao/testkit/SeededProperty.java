package org.queqiao.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * A property that holds for every seed. Of the first seed for which it does not, the moves are left
 * out that the failure does not need; what is thrown says the seed, the moves that are left, what
 * they did, and how they fail.
 */
public final class SeededProperty {
  /** Nobody listens: what a move does need not be put into words. */
  public static final Consumer<String> SILENT = _ -> {};

  /** The first seed: 0, or what the system property {@code queqiao.test.from} says. */
  private static final long FROM = Long.getLong("queqiao.test.from", 0);

  private SeededProperty() {}

  /**
   * What was drawn from one seed.
   *
   * @param <M> what happens, in the order of a list; {@code toString} shows it
   */
  public interface Case<M> {
    /** All moves. */
    List<M> moves();

    /**
     * Makes some of the moves, in their order, with everything else as at first, and checks the
     * property.
     *
     * @param moves all of them or a part
     * @param says may be told in words what a move does
     * @throws AssertionError if the property does not hold; a {@code RuntimeException} counts as
     *     well
     */
    void plays(List<M> moves, Consumer<String> says);

    /** What was drawn besides the moves, in words. */
    default String about() {
      return "";
    }
  }

  /**
   * The seeds from the first on, which is 0 unless another is wished, and those that once failed
   * and are tried in every run.
   *
   * @param count how many from the first on
   * @param failed may be among them
   */
  public static long[] seeds(int count, long... failed) {
    return LongStream.concat(LongStream.range(FROM, FROM + count), LongStream.of(failed).sorted())
        .distinct()
        .toArray();
  }

  /** Tries seeds from the first on: so many. */
  public static <M> void holds(int seeds, LongFunction<? extends Case<M>> drawn) {
    holds(seeds(seeds), drawn);
  }

  /**
   * Tries seeds.
   *
   * @param seeds in their order
   * @param drawn the case of a seed, the same for the same seed
   * @throws AssertionError of the first seed that fails, made short
   */
  public static <M> void holds(long[] seeds, LongFunction<? extends Case<M>> drawn) {
    for (long seed : seeds) {
      Case<M> one = drawn.apply(seed);
      try {
        one.plays(one.moves(), SILENT);
      } catch (AssertionError | RuntimeException failure) {
        throw shortened(seed, one, failure);
      }
    }
  }

  /**
   * The failure of a case, made short: only such parts of the moves count that fail at the same
   * place with the same kind of error.
   *
   * @param seed what the case was drawn from
   * @param one the case
   * @param failure how all its moves failed
   * @return says the seed and the moves that are left; its cause is how these fail
   */
  public static <M> AssertionError shortened(long seed, Case<M> one, Throwable failure) {
    String head = "seed " + seed + (one.about().isEmpty() ? "" : ", " + one.about());
    List<M> shortest =
        Shortest.of(one.moves(), each -> alike(failure, failureOf(one, each, SILENT)));
    List<String> said = new ArrayList<>();
    Throwable again = failureOf(one, shortest, said::add);
    if (!alike(failure, again)) {
      return new AssertionError(
          head + "; it does not fail the same way when it is played again", failure);
    }
    StringBuilder text = new StringBuilder(head);
    text.append("; of ").append(one.moves().size()).append(" moves these ");
    text.append(shortest.size()).append(" alone fail as well:");
    shortest.forEach(each -> text.append("\n  ").append(each));
    if (!said.isEmpty()) {
      text.append("\nwhat they do:");
      said.forEach(each -> text.append("\n  ").append(each));
    }
    text.append("\nhow they fail: ").append(again);
    return new AssertionError(text.toString(), again);
  }

  private static <M> Throwable failureOf(Case<M> one, List<M> moves, Consumer<String> says) {
    try {
      one.plays(moves, says);
      return null;
    } catch (AssertionError | RuntimeException failure) {
      return failure;
    }
  }

  private static boolean alike(Throwable one, Throwable other) {
    return other != null && one.getClass() == other.getClass() && place(one).equals(place(other));
  }

  /** The line of this project that threw it, or called what threw it. */
  private static String place(Throwable failure) {
    for (StackTraceElement each : failure.getStackTrace()) {
      if (each.getClassName().startsWith("org.queqiao.")) {
        return each.getClassName() + ":" + each.getLineNumber();
      }
    }
    return Objects.toString(failure.getMessage(), "");
  }
}
