package org.queqiao.core.plan;

import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobEligible;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.PromisesMovedUp;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;

/** What a pass that goes on need not know. */
final class NextPass {
  private NextPass() {}

  /** Whether a fact changes nothing but what may start, which the next pass asks for. */
  static boolean learns(Event event) {
    return switch (event) {
      case ArrayEnded _,
          BudgetTold _,
          BudgetUseTold _,
          JobPromised _,
          PromisesMovedUp _,
          RoomClaimed _,
          JobSubmitted _,
          JobEligible _,
          JobReleased _,
          JobStarted _,
          JobSignalled _,
          RunCheckpointed _,
          StepStarted _,
          StepEnded _,
          RunPartEnded _,
          RunPartSuspended _ ->
          true;
      default -> false;
    };
  }
}
