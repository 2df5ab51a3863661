package org.queqiao.simulator.replay;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.queqiao.core.plan.PlanPolicies;
import org.queqiao.core.plan.PlanPolicy;
import org.queqiao.core.plan.ShortAreaFirst;
import org.queqiao.core.predict.Correction;

/**
 * The words of a replay command.
 *
 * @param trace the log
 * @param policies one, or those to compare
 * @param compare whether to compare
 * @param procs processors of the machine, or 0 for what the log states
 * @param estimates which run times are believed, or null for what each policy is made for
 * @param correction what is believed of a job that runs longer
 * @param passes when to plan
 * @param startTimes where to write the starts, or null
 * @param json where to write the figures, of a comparison by policy, or null
 * @param page where to write the page of a comparison
 */
record ReplayOptions(
    Path trace,
    List<PlanPolicy> policies,
    boolean compare,
    long procs,
    Estimates estimates,
    Correction correction,
    PassRule passes,
    Path startTimes,
    Path json,
    Path page) {
  private static final long MAX_PROCS = 1_000_000_000;
  private static final int MAX_COMPARED = 16;

  static ReplayOptions parse(List<String> arguments) throws BadCommand {
    Words words = new Words();
    words.take(new ArrayDeque<>(arguments));
    if (words.trace == null) {
      throw new BadCommand("which log? --trace FILE");
    }
    if (words.policies.isEmpty()) {
      throw new BadCommand(
          "which policy? --policy NAME, or --compare NAME,NAME with " + choice(names()));
    }
    if (words.compare && words.startTimes != null) {
      throw new BadCommand("--compare writes a page: --start-times takes one --policy");
    }
    for (PlanPolicy policy : words.policies) {
      if (policy.plansAtSubmission() && corrects(words.estimates)) {
        throw new BadCommand(
            policy.policyName()
                + " promises a start at submission, which a corrected estimate would break: take"
                + " --estimates requested or exact");
      }
      if (policy.plansAtSubmission() && words.passes == PassRule.EVENT) {
        throw new BadCommand(
            policy.policyName()
                + " takes --passes batch, for it plans at submission; event is offered for "
                + choice(names().stream().filter(name -> !plansAtSubmission(name)).toList()));
      }
    }
    return new ReplayOptions(
        words.trace,
        words.policies(),
        words.compare,
        words.procs,
        words.estimates,
        words.correction,
        words.passes,
        words.startTimes,
        words.json,
        words.page);
  }

  ReplaySettings settings(PlanPolicy policy) {
    Estimates believed = estimates == null ? usual(policy) : estimates;
    return new ReplaySettings(policy, believed, correction, passes);
  }

  /** What a policy believes when nobody says. */
  private static Estimates usual(PlanPolicy policy) {
    return policy.keepsPromisesOnLimits() ? Estimates.LEARNT : Estimates.REQUESTED;
  }

  private static boolean plansAtSubmission(String policy) {
    return PlanPolicies.named(policy).orElseThrow().plansAtSubmission();
  }

  private static boolean corrects(Estimates estimates) {
    return estimates == Estimates.AVG2 || estimates == Estimates.LEARNT;
  }

  private static List<String> names() {
    return PlanPolicies.names();
  }

  private static String choice(Collection<String> names) {
    return String.join(", ", names);
  }

  /** What was said so far. */
  private static final class Words {
    private Path trace;
    private final List<PlanPolicy> policies = new ArrayList<>();
    private boolean compare;
    private long procs;
    private Estimates estimates;
    private Correction correction = Correction.REQUESTED;
    private PassRule passes = PassRule.BATCH;
    private Path startTimes;
    private Path json;
    private Path page = Path.of("replay-comparison.html");
    private int reservations;

    private void take(ArrayDeque<String> words) throws BadCommand {
      while (!words.isEmpty()) {
        String option = words.poll();
        switch (option) {
          case "--trace" -> trace = path(option, words);
          case "--policy" -> policy(value(option, words));
          case "--compare" -> compared(value(option, words));
          case "--procs" -> procs = count(option, value(option, words), MAX_PROCS);
          case "--reservations" ->
              reservations =
                  (int) count(option, value(option, words), PlanPolicies.MAX_RESERVATIONS);
          case "--estimates" ->
              estimates =
                  named(option, words, Estimates::named, "requested, exact, avg2 or learnt");
          case "--correction" ->
              correction = named(option, words, Correction::named, "requested or tsafrir");
          case "--passes" -> passes = named(option, words, Words::rule, "batch or event");
          case "--start-times" -> startTimes = path(option, words);
          case "--json" -> json = path(option, words);
          case "--page" -> page = path(option, words);
          default -> throw new BadCommand("there is no option " + option + " for a replay");
        }
      }
    }

    private static String value(String option, ArrayDeque<String> words) throws BadCommand {
      if (words.isEmpty() || words.peek().startsWith("--")) {
        throw new BadCommand(option + " needs a value");
      }
      return words.poll();
    }

    private static Path path(String option, ArrayDeque<String> words) throws BadCommand {
      String name = value(option, words);
      try {
        return Path.of(name);
      } catch (InvalidPathException wrong) {
        throw new BadCommand(option + " takes a file, not '" + name + "'");
      }
    }

    private static Optional<PassRule> rule(String name) {
      for (PassRule each : PassRule.values()) {
        if (each.name().toLowerCase(Locale.ROOT).equals(name)) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }

    private static <T> T named(
        String option, ArrayDeque<String> words, Function<String, Optional<T>> find, String choices)
        throws BadCommand {
      String name = value(option, words);
      return find.apply(name)
          .orElseThrow(() -> new BadCommand(option + " takes " + choices + ", not '" + name + "'"));
    }

    private static PlanPolicy policyNamed(String option, String name) throws BadCommand {
      return PlanPolicies.named(name)
          .orElseThrow(
              () -> new BadCommand(option + " knows " + choice(names()) + ", not '" + name + "'"));
    }

    private void policy(String name) throws BadCommand {
      if (!policies.isEmpty()) {
        throw new BadCommand("one --policy, or --compare with several");
      }
      policies.add(policyNamed("--policy", name));
    }

    private void compared(String names) throws BadCommand {
      if (!policies.isEmpty()) {
        throw new BadCommand("one --policy, or --compare with several");
      }
      compare = true;
      for (String name : names.split(",", -1)) {
        policies.add(policyNamed("--compare", name.strip()));
      }
      if (policies.size() > MAX_COMPARED) {
        throw new BadCommand("--compare takes at most " + MAX_COMPARED + " policies");
      }
    }

    /** The policies, where the default one promises as many jobs a start as was said. */
    private List<PlanPolicy> policies() throws BadCommand {
      if (reservations == 0) {
        return List.copyOf(policies);
      }
      if (policies.stream().noneMatch(ShortAreaFirst.class::isInstance)) {
        throw new BadCommand("--reservations is for the policy " + PlanPolicies.DEFAULT);
      }
      ShortAreaFirst promising = ShortAreaFirst.inSeconds(reservations);
      return policies.stream()
          .map(each -> each instanceof ShortAreaFirst ? promising : each)
          .toList();
    }

    private static long count(String option, String value, long most) throws BadCommand {
      if (value.matches("[0-9]{1,10}")) {
        long number = Long.parseLong(value);
        if (number >= 1 && number <= most) {
          return number;
        }
      }
      throw new BadCommand(option + " takes a number from 1 to " + most + ", not '" + value + "'");
    }
  }
}
