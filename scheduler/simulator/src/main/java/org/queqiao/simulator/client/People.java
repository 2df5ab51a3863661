package org.queqiao.simulator.client;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.core.message.TermsRequest;
import org.queqiao.simulator.check.Invariant;
import org.queqiao.simulator.check.Violation;
import org.queqiao.simulator.node.ScriptBehaviour;
import org.queqiao.simulator.server.ServerLife;
import org.queqiao.simulator.world.HostClock;
import org.queqiao.simulator.world.Timeline;

/** The people of a simulated site and everything they ask for. */
public final class People {
  private static final int PERMILLE = 1_000;
  private static final ReservationName LESSON = new ReservationName("lesson");
  private static final int REQUEST_HASH_BYTES = 32;

  private final Timeline timeline;
  private final SplittableRandom random;

  /** Of this history: what is wished for by whom. */
  private final int wishes;

  private final Supplier<ServerLife> server;
  private final List<Errand> errands = new ArrayList<>();
  private final List<JobId> held = new ArrayList<>();
  private final List<NodeName> drained = new ArrayList<>();
  private final List<JobId> accepted = new ArrayList<>();
  private final TreeSet<JobId> suspended = new TreeSet<>();
  private final List<JobId> patient = new ArrayList<>();
  private int lossPermille;

  public People(Timeline timeline, SplittableRandom random, Supplier<ServerLife> server) {
    this.timeline = timeline;
    this.random = random;
    this.wishes = random.nextInt();
    this.server = server;
  }

  /** How many of a thousand requests and answers are lost. */
  public void setLossPermille(int permille) {
    lossPermille = permille;
  }

  /** What has not been answered. */
  public List<String> unanswered() {
    return errands.stream().filter(each -> !each.answered()).map(Errand::what).toList();
  }

  /** Asks for something until there is an answer. */
  public void ask(String what, Input input, Consumer<Reply> onAnswer) {
    Errand errand =
        new Errand(
            timeline, server, () -> random.nextInt(PERMILLE) < lossPermille, what, input, onAnswer);
    errands.add(errand);
    errand.go();
  }

  /** Plans the submission of so many jobs, spread over a time, and what their owners do later. */
  public void submitJobs(int jobs, long overMs) {
    for (int i = 0; i < jobs; i++) {
      String key = "key-" + i;
      Actor owner = Site.USERS.get(random.nextInt(Site.USERS.size()));
      // Some come in bursts, so that the inbox fills.
      long atMs = random.nextInt(3) == 0 ? overMs / 2 + random.nextInt(3) : random.nextLong(overMs);
      timeline.after(
          atMs,
          owner.name() + " decides on " + key,
          () -> submit(owner, key, Wishes.added(request(), key, wishes)));
    }
  }

  private void submit(Actor owner, String key, JobRequest request) {
    byte[] hash = new byte[REQUEST_HASH_BYTES];
    hash[0] = (byte) request.script().length;
    ask(
        owner.name() + " submits " + key,
        new Input.SubmitJob(owner, request, key, hash),
        reply -> {
          if (reply instanceof Reply.JobAccepted accepted) {
            accepted(owner, key, request, accepted.job());
          }
        });
  }

  private void accepted(Actor owner, String key, JobRequest request, JobId job) {
    accepted.add(job);
    for (Suspensions.Wish each : Suspensions.of(job, owner)) {
      suspended.add(job);
      later(each.afterMs(), each.actor(), each.what(), each.input());
    }
    if (request.terms().dependency() != null || request.reservation() != null) {
      patient.add(job);
    }
    if (Boolean.TRUE.equals(request.hold())) {
      held.add(job);
    }
    long laterMs = 500 + random.nextInt(20_000);
    if (random.nextInt(6) == 0) {
      JobRequest values =
          JobRequest.builder(new byte[0])
              .limitMs(4_000L + random.nextInt(60_000))
              .terms(TermsRequest.NONE.withNice(random.nextInt(3)))
              .build();
      List<String> named = random.nextBoolean() ? List.of("limitMs") : List.of("limitMs", "nice");
      later(
          random.nextInt(6_000),
          owner,
          "changes " + job,
          new Input.ChangeJob(owner, job, new JobChange(new TreeSet<>(named), values, null), null));
    }
    switch (random.nextInt(8)) {
      case 0 -> later(laterMs, owner, "cancels " + job, new Input.CancelJob(owner, job));
      case 1 -> {
        later(laterMs, owner, "holds " + job, new Input.HoldJob(owner, job));
        held.add(job);
      }
      case 2 -> later(laterMs, owner, "releases " + job, new Input.ReleaseJob(owner, job));
      case 3 -> {
        Actor other = Site.USERS.get(random.nextInt(Site.USERS.size()));
        later(laterMs, other, "tries to cancel " + job, new Input.CancelJob(other, job));
      }
      case 4 -> repeat(owner, key, request, job, laterMs);
      case 5 ->
          later(
              laterMs,
              Site.ADMINISTRATOR,
              "cancels " + job,
              new Input.CancelJob(Site.ADMINISTRATOR, job));
      case 6 ->
          later(
              laterMs,
              owner,
              request.array() == null ? "requeues " + job : "cancels or holds a task of " + job,
              request.array() == null
                  ? new Input.RequeueJob(owner, job)
                  : random.nextBoolean()
                      ? new Input.CancelTasks(owner, job, "2")
                      : new Input.HoldJob(owner, job, "2"));
      default -> later(laterMs, owner, "saves " + job, new Input.CheckpointJob(owner, job));
    }
  }

  /** The same key with the same body, and with another one. */
  private void repeat(Actor owner, String key, JobRequest request, JobId job, long laterMs) {
    byte[] hash = new byte[REQUEST_HASH_BYTES];
    hash[0] = (byte) request.script().length;
    byte[] otherHash = new byte[REQUEST_HASH_BYTES];
    otherHash[1] = 1;
    timeline.after(
        laterMs,
        owner.name() + " repeats " + key,
        () -> {
          ask(
              owner.name() + " repeats " + key,
              new Input.SubmitJob(owner, request, key, hash),
              reply -> {
                if (!reply.equals(new Reply.JobAccepted(job, true))) {
                  throw new Violation(
                      Invariant.I37, key + " made job " + job + " and now gives " + reply);
                }
              });
          ask(
              owner.name() + " uses " + key + " for something else",
              new Input.SubmitJob(owner, request, key, otherHash),
              reply -> {
                if (!(reply instanceof Reply.Rejected rejected)
                    || rejected.rejection().code() != Rejection.Code.IDEMPOTENCY_MISMATCH) {
                  throw new Violation(Invariant.I37, key + " with another body gives " + reply);
                }
              });
        });
  }

  private void later(long delayMs, Actor actor, String what, Input input) {
    timeline.after(
        delayMs,
        actor.name() + " decides: " + what,
        () -> ask(actor.name() + " " + what, input, reply -> {}));
  }

  /** An administrator describes a node, as soon as it is known. */
  public void describe(NodeName node, NodeSettings settings) {
    ask(
        "describe " + node,
        new Input.SetNode(Site.ADMINISTRATOR, new NodeSettingsSet(node, settings)),
        reply -> {
          if (reply instanceof Reply.Rejected) {
            timeline.after(5_000, "describe " + node + " again", () -> describe(node, settings));
          }
        });
  }

  /** An administrator mends a node again and again, whatever drained it. */
  public void mend(NodeName node, long everyMs) {
    timeline.after(
        everyMs,
        "somebody looks after " + node,
        () ->
            ask(
                "resume " + node,
                new Input.ResumeNode(Site.ADMINISTRATOR, node),
                reply -> mend(node, everyMs)));
  }

  /** An administrator drains and resumes a node. */
  public void drain(NodeName node, long forMs) {
    drained.add(node);
    ask("drain " + node, new Input.DrainNode(Site.ADMINISTRATOR, node, "work"), reply -> {});
    timeline.after(forMs, "end of work on " + node, () -> resume(node));
  }

  /**
   * An administrator keeps a node for one of the users, or for work on it, and forgets it later.
   */
  public void reserve(NodeName node, long inMs, boolean maintenance) {
    UserName user = new UserName(Site.USERS.getFirst().name());
    timeline.after(
        inMs,
        "a lesson on " + node,
        () ->
            ask(
                "reserve " + node,
                new Input.DefineReservation(
                    Site.ADMINISTRATOR,
                    new ReservationRequest(
                        LESSON,
                        "",
                        HostClock.EPOCH_MS + timeline.nowMs() + 130_000,
                        null,
                        20_000L,
                        Repeat.DAILY,
                        null,
                        List.of(node),
                        null,
                        null,
                        maintenance ? List.of() : List.of(user),
                        List.of(),
                        maintenance,
                        !maintenance && random.nextBoolean(),
                        random.nextBoolean())),
                reply -> {}));
    timeline.after(
        inMs + 140_000,
        "no lesson on " + node,
        () ->
            ask(
                "delete the lesson",
                new Input.DeleteReservation(Site.ADMINISTRATOR, LESSON),
                reply -> {}));
  }

  /** An administrator lets a node take jobs again. */
  public void resume(NodeName node) {
    ask("resume " + node, new Input.ResumeNode(Site.ADMINISTRATOR, node), reply -> {});
  }

  /** An operator fences a node that is known to be dead, as soon as the scheduler lets him. */
  public void fence(NodeName node) {
    ask(
        "fence " + node,
        new Input.FenceNode(Site.ADMINISTRATOR, node, "no power"),
        reply -> {
          if (reply instanceof Reply.Rejected rejected
              && rejected.rejection().code() == Rejection.Code.CONFLICT) {
            timeline.after(5_000, "fence " + node + " again", () -> fence(node));
          }
        });
  }

  /** Everything that was ever to be held or drained is released, what waits for others ends. */
  public void releaseAll() {
    held.addAll(accepted);
    for (JobId job : new TreeSet<>(held)) {
      ask(
          "administrator releases " + job,
          new Input.ReleaseJob(Site.ADMINISTRATOR, job),
          reply -> {});
    }
    drained.forEach(this::resume);
    for (JobId job : suspended) {
      ask(
          "administrator resumes " + job,
          new Input.ResumeJob(Site.ADMINISTRATOR, job),
          reply -> {});
    }
    for (JobId job : patient) {
      ask(
          "administrator gives up on " + job,
          new Input.CancelJob(Site.ADMINISTRATOR, job),
          reply -> {});
    }
  }

  private TermsRequest terms() {
    TermsRequest terms = TermsRequest.NONE;
    if (random.nextInt(4) == 0) {
      terms = terms.withBeginMs(HostClock.EPOCH_MS + timeline.nowMs() + random.nextInt(40_000));
    }
    if (random.nextInt(4) == 0) {
      terms =
          terms.withDeadlineMs(
              HostClock.EPOCH_MS + timeline.nowMs() + 20_000 + random.nextInt(200_000));
    }
    if (random.nextInt(3) == 0) {
      terms = terms.withSignal(new WarningSignal(10, random.nextInt(20_000), random.nextBoolean()));
    }
    terms = terms.withRequeue(random.nextInt(3) != 0);
    if (random.nextBoolean() && !accepted.isEmpty()) {
      List<String> kinds = List.of("after", "afterany", "afterok", "afternotok", "aftercorr");
      String dependency =
          kinds.get(random.nextInt(kinds.size()))
              + ":"
              + accepted.get(random.nextInt(accepted.size()));
      boolean also = random.nextInt(3) == 0;
      terms = terms.withDependency(also ? dependency + "?singleton" : dependency);
      terms = terms.withKillOnInvalidDependency(random.nextBoolean());
    }
    return terms;
  }

  private JobRequest.Builder request() {
    ScriptBehaviour behaviour =
        new ScriptBehaviour(
            random.nextInt(6) == 0 ? random.nextInt(50) : 200 + random.nextInt(25_000),
            random.nextInt(5) == 0 ? 1 : 0,
            random.nextInt(6) == 0);
    JobRequest.Builder request = JobRequest.builder(behaviour.script()).name("simulated");
    int nodes = random.nextInt(6) == 0 ? 2 : 1;
    request.nodes(nodes).tasks(nodes * (1 + random.nextInt(3)));
    request.memBytes(random.nextBoolean() ? 0L : (1L + random.nextInt(3)) << 28);
    if (random.nextInt(8) == 0) {
      request.gres(List.of(new GresRequest("gpu", "", 1))).nodes(1).tasks(1);
    }
    // The shortest limits end jobs before their scripts do.
    request.limitMs(random.nextInt(4) == 0 ? 3_000L + random.nextInt(8_000) : 120_000L);
    if (random.nextInt(8) == 0) {
      request.hold(true);
    }
    if (random.nextInt(3) == 0) {
      request.terms(terms());
    }
    if (random.nextInt(10) == 0) {
      request.reservation(LESSON);
    }
    if (random.nextInt(25) == 0) {
      request.tasks(10_000);
    }
    if (random.nextInt(6) == 0) {
      int first = random.nextInt(3);
      String indices = first + "-" + (first + random.nextInt(8)) + ":" + (1 + random.nextInt(2));
      request.array(random.nextBoolean() ? indices : indices + "%" + (1 + random.nextInt(3)));
    }
    return request;
  }
}
