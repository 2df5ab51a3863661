package org.queqiao.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.snapshot.ClusterImage;

/**
 * What earlier versions wrote stays readable: each golden file holds the bytes of one sample, and
 * the present code must read the sample from them. Run with {@code -Dqueqiao.golden=write} to add
 * the file of a new record; a file that exists is never rewritten, because logs hold its bytes.
 */
final class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("src", "test", "resources", "golden").toAbsolutePath();
  private static final Actor ACTOR = Actor.user(Samples.USER);

  @TestFactory
  List<DynamicTest> factsOfOldLogsAreRead() {
    Map<String, Event> samples = new TreeMap<>(Samples.events());
    samples.putAll(Samples.laterEvents());
    return tests(
        "event",
        samples,
        event -> EventCodec.encode(ACTOR, event),
        bytes -> {
          EventCodec.ActedEvent read = EventCodec.decode(bytes);
          assertThat(read.actor()).isEqualTo(ACTOR);
          return read.event();
        });
  }

  @TestFactory
  List<DynamicTest> factsForWhichSomebodySaidWhyAreRead() {
    Map<String, EventCodec.ActedEvent> samples =
        Map.of(
            "MembershipSet",
            new EventCodec.ActedEvent(
                ACTOR, "moves to the group of 李", Samples.events().get("MembershipSet")));
    return tests(
        "reasoned",
        samples,
        acted -> EventCodec.encode(acted.actor(), acted.reason(), acted.event()),
        EventCodec::decode);
  }

  @TestFactory
  List<DynamicTest> messagesOfOldAgentsAreRead() {
    Map<String, AgentMessage> samples = new TreeMap<>(Samples.fromAgent());
    samples.putAll(Samples.laterFromAgent());
    return tests("from-agent", samples, AgentFrame::encode, AgentFrame::decodeFromAgent);
  }

  @TestFactory
  List<DynamicTest> messagesOfOldServersAreRead() {
    Map<String, ServerMessage> samples = new TreeMap<>(Samples.fromServer());
    samples.putAll(Samples.laterFromServer());
    return tests("from-server", samples, AgentFrame::encode, AgentFrame::decodeFromServer);
  }

  @TestFactory
  List<DynamicTest> imagesOfOldSnapshotsAreRead() {
    Map<String, ClusterImage> samples = new TreeMap<>(Samples.laterImages());
    samples.put("ClusterImage", Samples.image());
    return tests("snapshot", samples, ImageCodec::encode, ImageCodec::decode);
  }

  @Test
  void everyKindOfRecordHasAGoldenFile() throws IOException {
    assertThat(new TreeSet<>(Samples.events().keySet())).isEqualTo(permitted(Event.class));
    assertThat(new TreeSet<>(Samples.fromAgent().keySet()))
        .isEqualTo(permitted(AgentMessage.class));
    assertThat(new TreeSet<>(Samples.fromServer().keySet()))
        .isEqualTo(permitted(ServerMessage.class));
    try (var files = Files.walk(GOLDEN)) {
      assertThat(files.filter(Files::isRegularFile).count())
          .isEqualTo(
              Samples.events().size()
                  + Samples.laterEvents().size()
                  + Samples.laterImages().size()
                  + Samples.laterFromServer().size()
                  + Samples.laterFromAgent().size()
                  + Samples.fromAgent().size()
                  + Samples.fromServer().size()
                  // The snapshot, and a fact for which somebody said why.
                  + 2L);
    }
  }

  @Test
  void damagedAndUnknownRecordsAreRefused() {
    byte[] good = EventCodec.encode(ACTOR, Samples.events().get("JobSubmitted"));
    byte[] cut = Arrays.copyOf(good, good.length - 5);
    assertThatThrownBy(() -> EventCodec.decode(cut)).isInstanceOf(MalformedRecordException.class);
    assertThatThrownBy(() -> EventCodec.decode(new byte[0]))
        .isInstanceOf(MalformedRecordException.class);
    byte[] newerFact = HexFormat.of().parseHex("0a0608011202" + "6c69" + "c23e00");
    assertThatThrownBy(() -> EventCodec.decode(newerFact))
        .isInstanceOf(MalformedRecordException.class);
    assertThatThrownBy(() -> AgentFrame.decodeFromServer(new byte[0]))
        .isInstanceOf(MalformedRecordException.class);
  }

  private static TreeSet<String> permitted(Class<?> sealed) {
    TreeSet<String> names = new TreeSet<>();
    for (Class<?> each : sealed.getPermittedSubclasses()) {
      names.addAll(each.isSealed() ? permitted(each) : Set.of(each.getSimpleName()));
    }
    return names;
  }

  private static <T> List<DynamicTest> tests(
      String folder,
      Map<String, T> samples,
      Function<T, byte[]> encode,
      Function<byte[], T> decode) {
    List<DynamicTest> tests = new ArrayList<>();
    samples.forEach((name, sample) ->
        tests.add(
            DynamicTest.dynamicTest(name, () -> check(folder, name, sample, encode, decode))));
    return tests;
  }

  /** Compares by the bytes written again, because arrays inside records compare by identity. */
  private static <T> void check(
      String folder,
      String name,
      T sample,
      Function<T, byte[]> encode,
      Function<byte[], T> decode) {
    byte[] now = encode.apply(sample);
    Path file = GOLDEN.resolve(folder).resolve(name + ".hex");
    try {
      if (!Files.exists(file) && "write".equals(System.getProperty("queqiao.golden"))) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, HexFormat.of().formatHex(now) + "\n");
      }
      byte[] golden = HexFormat.of().parseHex(Files.readString(file).trim());
      assertThat(encode.apply(decode.apply(golden))).isEqualTo(now);
      assertThat(decode.apply(golden).toString()).isNotEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
