package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;
import static org.queqiao.core.SchedulerStory.variables;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.testkit.TestSize;

/** One history has one digest, on every start of every JVM, and another history has another. */
final class DigestTest {
  private static final int SEEDS = TestSize.ciOrFull(6, 60);
  private static final Pattern LINE = Pattern.compile("seed (\\d+), (\\d+) steps: \\p{XDigit}{64}");

  @Test
  void isTheSameInJvmsWithOtherHashesLocalesAndTimeZones()
      throws IOException, InterruptedException {
    List<String> here = DigestPrinter.lines(SEEDS);
    assertThat(here.stream().map(line -> line.substring(line.indexOf(':'))).distinct())
        .as("digests")
        .hasSizeGreaterThan(here.size() * 3 / 4);
    same(here, "-Duser.language=tr", "-Duser.timezone=Asia/Shanghai", "-XX:hashCode=2");
    same(here, "-Dfile.encoding=ISO-8859-1", "-Duser.timezone=America/St_Johns", "-Xint");
  }

  /** Compares with a JVM of its own, and tells between which inputs the first difference lies. */
  private static void same(List<String> here, String... options)
      throws IOException, InterruptedException {
    List<String> there = inNewJvm(options);
    for (int i = 0; i < here.size(); i++) {
      Matcher line = LINE.matcher(here.get(i));
      assertThat(line.matches()).as(here.get(i)).isTrue();
      if (i >= there.size() || !there.get(i).equals(here.get(i))) {
        long seed = Long.parseLong(line.group(1));
        int steps = Integer.parseInt(line.group(2));
        String inputs =
            DigestPrinter.told(seed, steps).stream()
                .map(ToldStory.Told::toString)
                .collect(Collectors.joining("\n  "));
        throw new AssertionError(
            "two JVMs differ: "
                + here.get(i)
                + ", and with "
                + String.join(" ", options)
                + " "
                + (i < there.size() ? there.get(i) : "nothing")
                + "; told since they agreed:\n  "
                + inputs);
      }
    }
    assertThat(there).hasSameSizeAs(here);
  }

  private static List<String> inNewJvm(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UnlockExperimentalVMOptions", "-Xmx256m"));
    command.addAll(Arrays.asList(options));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), DigestPrinter.class.getName()));
    command.add(Integer.toString(SEEDS));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor()).isZero();
    return out.lines().toList();
  }

  /** Or a snapshot of an earlier version would be taken for a damaged one. */
  @Test
  void ofAHistoryWithoutAnythingNewStaysAsItWas() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 2);
    JobId first = story.submits("liwei", script().name("first"));
    story.submits("liwei", script().hold(true));
    story.submits("wangfang", script().cpusPerTask(2));
    story.plans();
    story.after(1000).exits(first, 0);
    story.plans();
    assertThat(HexFormat.of().formatHex(story.machine.digest()))
        .isEqualTo("a38982bff29dd93e5d6653c117ffb2f5a417f813b065e2d852ce8b97e9212f93");
  }

  @Test
  void changesWithEveryStepOfAJob() {
    SchedulerStory story = SchedulerStory.site();
    TreeSet<String> digests = new TreeSet<>();
    story.node("n1", 1);
    remember(digests, story);
    JobId job = story.submits("liwei");
    remember(digests, story);
    story.does(new Input.HoldJob(user("liwei"), job));
    remember(digests, story);
    story.does(new Input.ReleaseJob(user("liwei"), job));
    remember(digests, story);
    story.plans();
    remember(digests, story);
    story.starts(job);
    remember(digests, story);
    story.does(new Input.CancelJob(user("liwei"), job));
    remember(digests, story);
    story.exits(job, 0);
    remember(digests, story);
    story.does(new Input.DrainNode(user("admin1"), new NodeName("n1"), "fan"));
    remember(digests, story);
    assertThat(digests).hasSize(9);
  }

  private static void remember(Set<String> digests, SchedulerStory story) {
    digests.add(HexFormat.of().formatHex(story.machine.digest()));
  }

  @Test
  void seesScriptEnvironmentAndDetailsOfAJob() {
    TreeSet<String> digests = new TreeSet<>();
    for (var request :
        List.of(
            script(),
            script().name("x"),
            script().environment(variables("A", "1")),
            script().environment(variables("A", "2")),
            script().workDir("/a"),
            script().stdoutPath("a"),
            script().stderrPath("a"),
            script().limitMs(77L),
            script().memBytes(5L),
            script().tasks(2),
            JobRequest.builder("#!/bin/sh".getBytes(StandardCharsets.US_ASCII)))) {
      SchedulerStory story = SchedulerStory.site();
      story.submits("liwei", request);
      remember(digests, story);
    }
    assertThat(digests).hasSize(11);
  }
}
