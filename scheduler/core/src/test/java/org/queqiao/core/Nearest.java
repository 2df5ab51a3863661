package org.queqiao.core;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.core.message.JobRequest;

/** Reads the advice of a refusal as whoever submits does, and follows it to the letter. */
final class Nearest {
  private static final Pattern WORDS =
      Pattern.compile(
          "(?:at most )?(?<count>[0-9]+) (?:of )?(?<what>[a-z0-9:]+?)s?"
              + "(?<each> for each task| for each core| for each GPU| on each node)?"
              + "(?: in count (?<part>[0-9]+) of the constraint)?"
              + "(?: of component (?<component>[0-9]+))?"
              + "(?: with (?<tasks>[0-9]+) tasks?)?");
  private static final Pattern LEAVE =
      Pattern.compile(
          "leave (?<what>[a-zA-Z0-9:]+)(?<each> for each task)?(?: on each node of component"
              + " (?<component>[0-9]+))?(?<memory> with memPerGpuBytes)? out");

  private Nearest() {}

  /** The requests that a message names; none where it names no number. */
  static List<JobRequest> of(String message, JobRequest request) {
    int at = Math.max(message.lastIndexOf(": ask for "), message.lastIndexOf(": leave "));
    if (at < 0) {
      return List.of();
    }
    String advice = message.substring(at + 2).replace("ask for ", "");
    List<JobRequest> out = new ArrayList<>();
    if (advice.contains(", and ")) {
      JobRequest all = request;
      for (String each : advice.split(", and ")) {
        all = all == null ? null : follow(each, all);
      }
      return all == null ? List.of() : List.of(all);
    }
    for (String each : advice.split(", or for |, for |, or (?=leave )")) {
      JobRequest one = follow(each, request);
      if (one == null) {
        return List.of();
      }
      out.add(one);
    }
    return out;
  }

  private static JobRequest follow(String words, JobRequest request) {
    Matcher leave = LEAVE.matcher(words);
    if (leave.matches()) {
      return leave.group("component") != null
          ? component(request, leave.group("component"), "gres", leave.group("what"), 0, null)
          : left(leave, request);
    }
    Matcher said = WORDS.matcher(words);
    if (!said.matches()) {
      return null;
    }
    long count = Long.parseLong(said.group("count"));
    String what = said.group("what").equals("switche") ? "switch" : said.group("what");
    String each = said.group("each") == null ? "" : said.group("each").strip();
    if (said.group("component") != null) {
      String field = words.contains(" of " + what) ? "gres" : what;
      return component(request, said.group("component"), field, what, count, said.group("tasks"));
    }
    if (said.group("part") != null) {
      return counted(request, Integer.parseInt(said.group("part")), count);
    }
    JobRequest.Builder next = request.toBuilder();
    JobPlacement.Builder placement = request.placement().toBuilder();
    switch (what + (each.isEmpty() ? "" : " " + each)) {
      case "node" -> {
        next.nodes((int) count);
        if (said.group("tasks") != null) {
          next.tasks(Integer.parseInt(said.group("tasks")));
        }
      }
      case "task" -> next.tasks((int) count);
      case "task on each node" -> placement.tasksPerNode((int) count);
      case "core for each task" -> next.cpusPerTask((int) count);
      case "byte" -> next.memBytes(count);
      case "byte for each core" -> placement.memPerCpuBytes(count);
      case "byte for each GPU" -> placement.memPerGpuBytes(count);
      case "switch" -> placement.switches((int) count);
      default -> {
        if (!words.contains(" of " + what)) {
          return null;
        }
        if (each.equals("for each task")) {
          placement.gresPerTask(with(request.placement().gresPerTask(), what, (int) count));
        } else {
          next.gres(with(request.gres(), what, (int) count));
        }
      }
    }
    return next.placement(placement.build()).build();
  }

  private static JobRequest left(Matcher leave, JobRequest request) {
    JobRequest.Builder next = request.toBuilder();
    JobPlacement.Builder placement = request.placement().toBuilder();
    if (leave.group("memory") != null) {
      placement.memPerGpuBytes(0);
    }
    switch (leave.group("what")) {
      case "contiguous" -> placement.contiguous(false);
      case "switches" -> placement.switches(0);
      case "nodeList" -> placement.nodeList("");
      case "excludeNodes" -> placement.excludeNodes("");
      case "constraint" -> placement.constraint("");
      case "it" -> {
        return null;
      }
      default -> {
        if (leave.group("each") != null) {
          placement.gresPerTask(with(request.placement().gresPerTask(), leave.group("what"), 0));
        } else {
          next.gres(with(request.gres(), leave.group("what"), 0));
        }
      }
    }
    return next.placement(placement.build()).build();
  }

  private static List<GresRequest> with(List<GresRequest> all, String name, int count) {
    List<GresRequest> out = new ArrayList<>();
    for (GresRequest each : all) {
      String known = each.type().isEmpty() ? each.name() : each.name() + ":" + each.type();
      if (!known.equals(name)) {
        out.add(each);
      } else if (count > 0) {
        out.add(new GresRequest(each.name(), each.type(), count));
      }
    }
    return out;
  }

  private static JobRequest counted(JobRequest request, int part, long count) {
    String[] parts = request.placement().constraint().split("\\*[0-9]+", -1);
    Matcher counts = Pattern.compile("\\*[0-9]+").matcher(request.placement().constraint());
    StringBuilder text = new StringBuilder(parts[0]);
    for (int i = 1; counts.find(); i++) {
      text.append(i == part ? "*" + count : counts.group()).append(parts[i]);
    }
    return request.toBuilder()
        .placement(request.placement().toBuilder().constraint(text.toString()).build())
        .build();
  }

  private static JobRequest component(
      JobRequest request, String number, String field, String what, long count, String tasks) {
    int index = Integer.parseInt(number) - 1;
    List<JobComponent> all = new ArrayList<>(request.placement().components());
    JobComponent old = all.get(index);
    int nodes = field.equals("node") ? (int) count : old.nodes();
    all.set(
        index,
        new JobComponent(
            nodes,
            tasks != null ? Integer.parseInt(tasks) : field.equals("node") ? nodes : old.tasks(),
            field.equals("core") ? (int) count : old.cpusPerTask(),
            field.equals("byte") ? count : old.memBytes(),
            field.equals("gres") ? with(old.gres(), what, (int) count) : old.gres(),
            old.placement()));
    return request.toBuilder()
        .placement(request.placement().toBuilder().components(all).build())
        .build();
  }
}
