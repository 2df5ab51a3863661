package org.queqiao.simulator.replay;

import java.util.Optional;
import org.queqiao.core.predict.LastTwoRuns;
import org.queqiao.core.predict.RunTimePredictor;

/** Which run time the plan of a replay believes in. */
public enum Estimates {
  /** What the user asked for. */
  REQUESTED("requested"),
  /** The real one, which only a replay can know. */
  EXACT("exact"),
  /** The mean of the user's last two. */
  AVG2("avg2"),
  /** What the engine has learnt from jobs like it, for all that wait. */
  LEARNT("learnt");

  private final String publicName;

  Estimates(String publicName) {
    this.publicName = publicName;
  }

  /** The estimates that people name so. */
  public static Optional<Estimates> named(String name) {
    for (Estimates each : values()) {
      if (each.publicName.equals(name)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /** Who says it for all jobs but with {@link #EXACT}. */
  RunTimePredictor predictor() {
    return this == AVG2 ? new LastTwoRuns() : RunTimePredictor.requested();
  }
}
