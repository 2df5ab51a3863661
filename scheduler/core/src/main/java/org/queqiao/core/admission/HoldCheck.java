package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * Holding and releasing jobs that wait. An administrator who holds the job of somebody else places
 * a hold that only an administrator lifts; every other hold is the owner's to lift.
 */
public final class HoldCheck {
  private final Cluster cluster;
  private final JobAccess access;
  private final Permissions permissions;

  public HoldCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.access = new JobAccess(cluster, permissions);
    this.permissions = permissions;
  }

  public Decision decide(Input.HoldJob input) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    boolean byAdministrator = isAdministratorOver(input.actor(), job);
    if (input.tasks() != null) {
      return holdTasks(input, job, byAdministrator);
    }
    List<Job> waiting = waiting(job);
    return waiting.isEmpty()
        ? notWaiting(job, "held")
        : Decision.inParts(holds(input.actor(), waiting, byAdministrator));
  }

  private List<Fact> holds(Actor actor, List<Job> waiting, boolean byAdministrator) {
    List<Fact> facts = new ArrayList<>();
    for (Job each : waiting) {
      if (!(byAdministrator ? each.heldByAdministrator() : each.heldByUser())) {
        // Others may be promised its room: it gets another start when it is released.
        boolean letsGo = cluster.policy().ordersByPromise() && each.promisedMs() != 0;
        facts.add(new Fact(actor, new JobHeld(each.id(), byAdministrator, null, letsGo)));
      }
    }
    return facts;
  }

  /** Those that have not started by one fact, those that ran and wait again each by its own. */
  private Decision holdTasks(Input.HoldJob input, Job array, boolean byAdministrator) {
    TaskChoice choice = TaskChoice.of(array, input.tasks());
    if (choice.refusal() != null) {
      return choice.refusal();
    }
    List<Job> again = pending(choice.jobs(cluster.jobs().tasksOf(array.id())));
    if (choice.waiting().isEmpty() && again.isEmpty()) {
      return noneWaits(array, choice, "held");
    }
    TaskIndices all = array.spec().array().tasks();
    BitSet fresh = new BitSet();
    choice.waiting().stream()
        .filter(index -> !array.array().isHeld(all.ordinalOf(index), byAdministrator))
        .forEach(fresh::set);
    List<Fact> facts = new ArrayList<>();
    if (!fresh.isEmpty()) {
      facts.add(
          new Fact(input.actor(), new JobHeld(array.id(), byAdministrator, TaskIndices.of(fresh))));
    }
    facts.addAll(holds(input.actor(), again, byAdministrator));
    return Decision.inParts(facts);
  }

  private static List<Job> pending(List<Job> tasks) {
    return tasks.stream().filter(Job::isPending).toList();
  }

  /** The job if it waits; of an array also the tasks that ran and wait again. */
  private List<Job> waiting(Job job) {
    List<Job> out = new ArrayList<>();
    if (job.awaitsStart()) {
      out.add(job);
    }
    out.addAll(pending(List.copyOf(cluster.jobs().tasksOf(job.id()).values())));
    return out;
  }

  public Decision decide(Input.ReleaseJob input) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    if (input.tasks() != null) {
      return releaseTasks(input, job);
    }
    List<Job> waiting = waiting(job);
    if (waiting.isEmpty()) {
      return notWaiting(job, "released");
    }
    return release(input.actor(), job, job.array() == null ? new BitSet() : held(job), waiting);
  }

  /** The indices of tasks that are held one by one. */
  private static BitSet held(Job array) {
    BitSet out = new BitSet();
    TaskIndices held = array.array().heldTasks(array.spec().array().tasks());
    for (TaskRange range : held == null ? List.<TaskRange>of() : held.ranges()) {
      for (int index = range.first(); index <= range.last(); index += range.step()) {
        out.set(index);
      }
    }
    return out;
  }

  private Decision releaseTasks(Input.ReleaseJob input, Job array) {
    TaskChoice choice = TaskChoice.of(array, input.tasks());
    if (choice.refusal() != null) {
      return choice.refusal();
    }
    List<Job> again = pending(choice.jobs(cluster.jobs().tasksOf(array.id())));
    if (choice.waiting().isEmpty() && again.isEmpty()) {
      return noneWaits(array, choice, "released");
    }
    if (!choice.waiting().isEmpty() && (array.heldByUser() || array.heldByAdministrator())) {
      return Rejections.conflict(
          "tasks", "array " + array.id() + " is held as a whole: release it, and hold the others");
    }
    BitSet held = held(array);
    held.and(choice.waiting());
    return release(input.actor(), array, held, again);
  }

  /** Releases tasks that are held one by one, and whole jobs. */
  private Decision release(Actor actor, Job job, BitSet tasks, List<Job> jobs) {
    boolean may = permissions.permit(actor, new Action.ReleaseAdministratorHold());
    List<Fact> facts = new ArrayList<>();
    for (Job each : jobs) {
      boolean held = each.heldByUser() || each.heldByAdministrator() || each.heldForRequeues();
      if (each.startable() || (each.array() != null && !held)) {
        continue;
      }
      if (each.heldByAdministrator() && !may) {
        return heldByAdministrator("job " + each.id());
      }
      facts.add(new Fact(actor, new JobReleased(each.id())));
    }
    if (!tasks.isEmpty()) {
      TaskIndices all = job.spec().array().tasks();
      boolean administrators =
          tasks.stream().anyMatch(index -> job.array().isHeld(all.ordinalOf(index), true));
      if (administrators && !may) {
        return heldByAdministrator("a task of array " + job.id());
      }
      facts.add(new Fact(actor, new JobReleased(job.id(), TaskIndices.of(tasks))));
    }
    return Decision.inParts(facts);
  }

  private static Decision heldByAdministrator(String what) {
    return Rejections.forbidden(
        what + " is held by an administrator: only an administrator releases it");
  }

  private static Decision noneWaits(Job array, TaskChoice choice, String verb) {
    return Rejections.conflict(
        "tasks",
        "of array "
            + array.id()
            + " none of the tasks "
            + choice.asked().shortened(8)
            + " waits: only what waits can be "
            + verb);
  }

  private boolean isAdministratorOver(Actor actor, Job job) {
    return !actor.equals(Actor.user(job.user()))
        && permissions
            .account(actor)
            .filter(account -> account.has(Role.ADMINISTRATOR))
            .isPresent();
  }

  private static Decision notWaiting(Job job, String verb) {
    return Rejections.conflict(
        "id",
        "job "
            + job.id()
            + (job.array() != null && job.isPending()
                ? " has no task left that waits"
                : " is " + job.state())
            + ": only a job that waits can be "
            + verb);
  }
}
