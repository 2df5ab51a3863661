package org.queqiao.core;

import java.util.List;
import java.util.SplittableRandom;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.ReservationRequest;

/** Reservations by chance, sensible and senseless, for {@link RandomHistory}. */
final class RandomReservations {
  private final SplittableRandom random;
  private final SchedulerStory story;

  RandomReservations(SplittableRandom random, SchedulerStory story) {
    this.random = random;
    this.story = story;
  }

  static ReservationName name(SplittableRandom random) {
    return new ReservationName("r" + random.nextInt(3));
  }

  Input next(Actor other, NodeName node) {
    Actor actor = random.nextInt(8) == 0 ? other : SchedulerStory.user("admin1");
    if (random.nextInt(5) == 0) {
      return new Input.DeleteReservation(actor, name(random));
    }
    boolean maintenance = random.nextInt(3) == 0;
    boolean named = random.nextBoolean();
    Repeat repeat = Repeat.values()[random.nextInt(3)];
    long startMs = story.nowMs + random.nextInt(400_000) - 5000;
    return new Input.DefineReservation(
        actor,
        new ReservationRequest(
            name(random),
            "Lesson",
            random.nextInt(4) == 0 ? null : startMs,
            null,
            1000L + random.nextInt(600_000),
            repeat,
            repeat == Repeat.ONCE || random.nextBoolean() ? null : startMs + 900_000_000L,
            named ? List.of(node) : null,
            named ? null : 1 + random.nextInt(2),
            null,
            maintenance ? List.of() : List.of(new UserName("liwei")),
            maintenance || random.nextBoolean() ? List.of() : List.of(SchedulerStory.MATERIALS),
            maintenance,
            !maintenance && random.nextInt(3) == 0,
            random.nextInt(3) == 0));
  }
}
