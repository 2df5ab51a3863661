package org.queqiao.simulator.client;

import java.util.List;
import java.util.SplittableRandom;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.core.message.Input;
import org.queqiao.simulator.world.HostClock;
import org.queqiao.simulator.world.Timeline;

/** An administrator who makes research domains parts of others, in any order, while jobs run. */
public final class Classifier {
  private static final List<String> CODES = List.of("physics", "chemistry", "optics", "lasers");

  private Classifier() {}

  /** Plans what is decided within a time; what would make a domain part of itself is refused. */
  public static void work(Timeline timeline, People people, SplittableRandom random, long overMs) {
    int times = random.nextInt(5);
    for (int i = 0; i < times; i++) {
      DomainCode code = new DomainCode(CODES.get(random.nextInt(CODES.size())));
      DomainCode parent =
          random.nextInt(4) == 0 ? null : new DomainCode(CODES.get(random.nextInt(CODES.size())));
      String what = "places domain " + code + " below " + parent;
      Input input =
          new Input.DefineDomain(
              Site.ADMINISTRATOR, new DomainDefined(code, "Domain " + code, parent));
      timeline.after(
          random.nextLong(overMs),
          "administrator " + what,
          () -> people.ask("administrator " + what, input, reply -> {}));
      ahead(timeline, people, random, overMs);
    }
  }

  /** Says the same of another one for a time to come, and sometimes takes something back. */
  private static void ahead(
      Timeline timeline, People people, SplittableRandom random, long overMs) {
    PlannedChange.Content content =
        new PlannedChange.Place(
            new DomainCode(CODES.get(random.nextInt(CODES.size()))),
            random.nextInt(4) == 0
                ? null
                : new DomainCode(CODES.get(random.nextInt(CODES.size()))));
    long aheadMs = random.nextLong(overMs);
    long number = random.nextInt(4);
    timeline.after(
        random.nextLong(overMs),
        "administrator plans " + content,
        () -> {
          long fromMs = HostClock.EPOCH_MS + timeline.nowMs() + aheadMs;
          people.ask(
              "administrator plans " + content,
              new Input.PlanChange(Site.ADMINISTRATOR, content, fromMs),
              reply -> {});
        });
    if (number > 0) {
      timeline.after(
          random.nextLong(overMs),
          "administrator withdraws planned change " + number,
          () ->
              people.ask(
                  "administrator withdraws planned change " + number,
                  new Input.WithdrawChange(Site.ADMINISTRATOR, number),
                  reply -> {}));
    }
  }
}
