package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.server.Installed;

/** Programs of MPICH and Open MPI in steps: a whole server, four agents and their launchers. */
@Timeout(300)
final class MpiEndToEndTest {
  private static final int NODES = 4;
  private static final int CORES = 2;

  /**
   * All four nodes are this machine. Open MPI names its shared memory by the name of the machine
   * and the rank within the node, so between nodes that are one it would not keep them apart.
   */
  private static final String OPEN_MPI = "export OMPI_MCA_btl=tcp,self OMPI_MCA_pml=ob1\n";

  private static StepsSite site;
  private static Path work;
  private static final ConcurrentHashMap<String, Path> PROGRAMS = new ConcurrentHashMap<>();

  @BeforeAll
  static void start() throws Exception {
    site = new StepsSite(NODES, CORES, node -> {});
    work = site.work();
  }

  /** What every node leaves of its PMIx servers: their folders are gone with them. */
  @AfterAll
  static void nothingOfAPmixServerIsLeft() throws Exception {
    try (var all = Files.list(Path.of("/tmp"))) {
      assertThat(all.filter(each -> each.getFileName().toString().startsWith("queqiao-pmix-")))
          .isEmpty();
    }
  }

  /**
   * Sums, sends in a ring, and sends a message that no buffer takes; then it ends as it is told.
   */
  private static Path program(String compiler) {
    Installed.need(
        List.of(Path.of("/usr/bin", compiler)),
        "apt-get install libmpich-dev openmpi-bin libopenmpi-dev");
    return PROGRAMS.computeIfAbsent(compiler, MpiEndToEndTest::build);
  }

  private static Path build(String compiler) {
    Path built = work.resolve("ring-" + compiler);
    try {
      Path source =
          Files.writeString(
              work.resolve("ring-" + compiler + ".c"),
              """
              #include <mpi.h>
              #include <stdio.h>
              #include <stdlib.h>
              #include <string.h>
              #include <unistd.h>
              enum { BIG = 1 << 20 };
              int main(int count, char **words) {
                  const char *how = count > 1 ? words[1] : "";
                  int rank, size, length, sum = 0, next = -1;
                  char name[MPI_MAX_PROCESSOR_NAME];
                  MPI_Init(&count, &words);
                  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
                  MPI_Comm_size(MPI_COMM_WORLD, &size);
                  MPI_Get_processor_name(name, &length);
                  int mine = rank + 1;
                  MPI_Allreduce(&mine, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
                  int to = (rank + 1) % size, from = (rank + size - 1) % size;
                  MPI_Sendrecv(&rank, 1, MPI_INT, to, 0, &next, 1, MPI_INT, from, 0, MPI_COMM_WORLD,
                               MPI_STATUS_IGNORE);
                  int *big = malloc(BIG * sizeof *big), *other = malloc(BIG * sizeof *other);
                  for (int i = 0; i < BIG; i++) {
                      big[i] = rank * 7 + i;
                  }
                  MPI_Sendrecv(big, BIG, MPI_INT, to, 1, other, BIG, MPI_INT, from, 1, MPI_COMM_WORLD,
                               MPI_STATUS_IGNORE);
                  int right = 0;
                  for (int i = 0; i < BIG; i++) {
                      right += other[i] == from * 7 + i;
                  }
                  if (strcmp(how, "") != 0 && rank == 3) {
                      if (strcmp(how, "abort") == 0) {
                          MPI_Abort(MPI_COMM_WORLD, 7);
                      }
                      if (strcmp(how, "kill") == 0) {
                          kill(getpid(), 9);
                      }
                      _exit(0);
                  }
                  if (strcmp(how, "") != 0) {
                      sleep(200);
                  }
                  printf("rank %d of %d sum %d from %d big %d on %s%s\\n", rank, size, sum, next,
                         right == BIG, getenv("SLURMD_NODENAME"), length > 0 ? "" : " nowhere");
                  MPI_Finalize();
                  return 0;
              }
              """);
      Process process =
          new ProcessBuilder(
                  "/usr/bin/" + compiler,
                  "-D_GNU_SOURCE",
                  "-include",
                  "signal.h",
                  "-o",
                  built.toString(),
                  source.toString())
              .inheritIO()
              .start();
      assertThat(process.waitFor()).isZero();
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    return built;
  }

  private static TreeSet<String> ranks(int size, int perNode) {
    return new TreeSet<>(
        IntStream.range(0, size)
            .mapToObj(i ->
                "rank "
                    + i
                    + " of "
                    + size
                    + " sum "
                    + size * (size + 1) / 2
                    + " from "
                    + (i + size - 1) % size
                    + " big 1 on cn"
                    + (i / perNode + 1))
            .toList());
  }

  private static List<String> run(String parameters, String script) throws Exception {
    return site.run(parameters, script);
  }

  @Test
  void aProgramOfMpichFindsItsRanksOnFourNodes() throws Exception {
    Path program = program("mpicc.mpich");
    assertThat(new TreeSet<>(run("nodes=4&tasks=8", "queqiao run " + program + "\n")))
        .isEqualTo(ranks(8, 2));
  }

  @Test
  void aProgramOfOpenMpiIsStartedByItsOwnLauncherThroughSteps() throws Exception {
    Path program = program("mpicc.openmpi");
    String hosts = "cn1:2,cn2:2,cn3:2,cn4:2";
    // The four nodes have one /tmp here, and two daemons that make the same folder at once fail.
    Path shell =
        Files.writeString(
            work.resolve("own-tmp"),
            """
            #!/bin/sh
            host=$1
            shift
            exec queqiao rsh "$host" "TMPDIR=\\$(mktemp -d) && export TMPDIR || exit
              $*
              code=\\$?
              rm -rf \\"\\$TMPDIR\\"
              exit \\$code"
            """);
    assertThat(shell.toFile().setExecutable(true, false)).isTrue();
    assertThat(
            new TreeSet<>(
                run(
                    "nodes=4&tasks=8",
                    "mpirun.openmpi -np 8 --host "
                        + hosts
                        + " --bind-to none"
                        + " --mca ras ^slurm --mca plm rsh --mca plm_rsh_agent "
                        + shell
                        + " --mca btl tcp,self --mca pml ob1 "
                        + program
                        + " 2>mpi-err-$SLURM_JOB_ID || cat mpi-err-$SLURM_JOB_ID\n")))
        .isEqualTo(ranks(8, 2));
  }

  @Test
  void aProgramOfOpenMpiFindsItsRanksByPmixOnFourNodes() throws Exception {
    Path program = program("mpicc.openmpi");
    List<String> lines =
        run(
            "nodes=4&tasks=8",
            OPEN_MPI + "queqiao run --mpi pmix " + program + " 2>&1; echo code $?\n");
    assertThat(lines.getLast()).as(String.join("\n", lines)).isEqualTo("code 0");
    assertThat(new TreeSet<>(lines.subList(0, lines.size() - 1))).isEqualTo(ranks(8, 2));
  }

  /** Nothing is said about transports: ranks of one node use its memory. */
  @Test
  void aProgramOfOpenMpiOnOneNodeNeedsNoOptions() throws Exception {
    Path program = program("mpicc.openmpi");
    assertThat(
            new TreeSet<>(
                run("nodes=1&tasks=2", "QUEQIAO_MPI=pmix queqiao run " + program + " 2>&1\n")))
        .isEqualTo(ranks(2, 2));
  }

  @Test
  void aRankThatAbortsIsKilledOrJustEndsEndsTheWholePmixStep() throws Exception {
    Path program = program("mpicc.openmpi");
    List<String> lines =
        run(
            "nodes=4&tasks=8",
            OPEN_MPI
                + "for how in abort kill leave; do\n"
                + "  start=$(date +%s)\n"
                + "  queqiao run --mpi pmix "
                + program
                + " $how >said-$how-$SLURM_JOB_ID 2>&1; code=$?\n"
                + "  [ $code -ne 0 ] && [ $(($(date +%s) - start)) -lt 60 ] && echo $how ended\n"
                + "done\n"
                + "queqiao run --mpi pmix "
                + program
                + " | wc -l\n");
    assertThat(lines).containsExactly("abort ended", "kill ended", "leave ended", "8");
  }

  /** The ranks of the second node end before they say a word; those of the first would wait. */
  @Test
  void ranksThatWaitForANodeWhereNoneBeganEndTheStepWithItsName() throws Exception {
    String ranks = " sh -c '[ $SLURM_NODEID = 1 ] && exit 0; exec \"$0\" \"$@\"' ";
    List<String> lines =
        run(
            "nodes=2&tasks=4",
            "for mpi in pmix pmi1; do\n"
                + "  program='"
                + pmixProgram()
                + " groups'; [ $mpi = pmix ] || program="
                + program("mpicc.mpich")
                + "\n  timeout 60 queqiao run --mpi $mpi"
                + ranks
                + "$program >vain-$mpi-$SLURM_JOB_ID 2>&1; code=$?\n"
                + "  [ $code -ne 0 ] && [ $code -ne 124 ] && echo $mpi ended\n"
                + "  grep -o 'wait for those of node cn2, which have ended'"
                + " vain-$mpi-$SLURM_JOB_ID\n"
                + "done\n");
    String waits = "wait for those of node cn2, which have ended";
    assertThat(lines).containsExactly("pmix ended", waits, "pmi1 ended", waits);
  }

  @Test
  void aNodeWithoutTheLibraryIsNamedAndNothingIsStarted() throws Exception {
    List<String> lines =
        run(
            "nodes=2&tasks=4",
            "export QUEQIAO_PMIX_LIBRARY=/nowhere/libpmix.so.2\n"
                + "queqiao run --mpi pmix echo started 2>err-$SLURM_JOB_ID; echo code $?\n"
                + "cat err-$SLURM_JOB_ID\n"
                + "QUEQIAO_PMIX_LIBRARY=$(ls /usr/lib/*/libc.so.6) queqiao run --mpi pmix true"
                + " 2>&1\n"
                + "queqiao run --mpi pmi2 true 2>&1; echo code $?\n"
                + "unset QUEQIAO_PMIX_LIBRARY\n"
                + "queqiao run --mpi none sh -c 'echo ${PMI_RANK-none} ${PMIX_RANK-none}' | sort"
                + " -u\n"
                + "queqiao run --mpi pmix sh -c 'echo ${PMI_RANK-none} $PMIX_RANK' | sort\n");
    String all = String.join("\n", lines);
    assertThat(lines.getFirst()).as(all).isEqualTo("code 126");
    assertThat(all)
        .contains("--mpi pmix needs libpmix on every node")
        .contains("libpmix2")
        .contains("/nowhere/libpmix.so.2: cannot open shared object file")
        .contains("PMIx_Get_version")
        .contains("--mpi is pmi1, pmix or none, not: pmi2\n")
        .contains("code 2\nnone none\nnone 0\nnone 1\nnone 2\nnone 3")
        .doesNotContain("started");
  }

  /**
   * A program of PMIx itself: groups of ranks wait for each other in different orders, ranks ask
   * others before they have published anything, for what they never publish, and when they are
   * gone.
   */
  @Test
  void ranksWaitInGroupsAndAskEachOtherByPmix() throws Exception {
    List<String> lines =
        run(
            "nodes=4&tasks=8",
            "queqiao run --mpi pmix " + pmixProgram() + " groups 2>&1; echo code $?\n");
    assertThat(lines.getLast()).as(String.join("\n", lines)).isEqualTo("code 0");
    assertThat(new TreeSet<>(lines.subList(0, lines.size() - 1)))
        .isEqualTo(
            new TreeSet<>(
                IntStream.range(0, 8)
                    .mapToObj(i -> "rank " + i + " right 255" + (i == 0 ? " gone 1" : ""))
                    .toList()));
  }

  /**
   * A rank waits for what the one beside it publishes at the same moment, while others ask too: in
   * the shared memory of libpmix one of 70 was told that there is nothing.
   */
  @Test
  void whatTheRankBesideItPublishesIsWaitedForByPmix() throws Exception {
    assertThat(
            run(
                "nodes=4&tasks=8",
                "for i in $(seq 30); do queqiao run --mpi pmix "
                    + pmixProgram()
                    + " beside 2>&1; done; echo code $?\n"))
        .containsExactly("code 0");
  }

  /**
   * Rank 7 publishes nothing and is gone after a while, rank 6 publishes and is gone at once, with
   * all that its node knew: rank 0 asks both.
   */
  @Test
  void whoAsksForWhatIsGoneByPmixIsAnswered() throws Exception {
    List<String> lines =
        run(
            "nodes=4&tasks=8",
            "queqiao run --mpi pmix " + pmixProgram() + " gone 2>&1; echo code $?\n");
    assertThat(lines).containsExactly("found 0 0", "code 0");
  }

  /**
   * In shared memory a value of more than 4 MiB ends libpmix 4.2 itself, which is why it has its
   * own process.
   */
  @Test
  void ranksThatPublishTooMuchByPmixEndTheirStepAndNoOther() throws Exception {
    List<String> lines =
        run(
            "nodes=4&tasks=8",
            "for much in 3 5; do\n"
                + "  [ $much = 3 ] || export PMIX_MCA_gds=ds21,hash\n"
                + "  queqiao run --mpi pmix "
                + pmixProgram()
                + " $much >said-$SLURM_JOB_ID 2>&1; echo code $?\n"
                + "  grep -c 'right 1' said-$SLURM_JOB_ID\n"
                + "  grep -o 'more by PMIx than 16 MiB\\|the PMIx server of the step has failed'"
                + " said-$SLURM_JOB_ID | sort -u\n"
                + "done; queqiao run --mpi pmix "
                + pmixProgram()
                + " groups | wc -l\n");
    assertThat(lines)
        .containsExactly(
            "code 143",
            "0",
            "more by PMIx than 16 MiB",
            "code 143",
            "0",
            "the PMIx server of the step has failed",
            "8");
  }

  private static Path pmixProgram() throws Exception {
    Path headers = Path.of("/usr/lib/x86_64-linux-gnu/pmix2/include");
    Installed.need(List.of(headers.resolve("pmix.h")), "apt-get install libpmix-dev");
    Path built = work.resolve("exchange");
    if (Files.exists(built)) {
      return built;
    }
    Path source =
        Files.writeString(
            work.resolve("exchange.c"),
            """
            #include <pmix.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <unistd.h>
            static pmix_proc_t me;
            static void publish(const char *key, const char *text) {
                pmix_value_t value;
                PMIX_VALUE_CONSTRUCT(&value);
                value.type = PMIX_STRING;
                value.data.string = (char *)text;
                PMIx_Put(PMIX_GLOBAL, key, &value);
                PMIx_Commit();
            }
            static int has(unsigned rank, const char *key, const char *text) {
                pmix_proc_t other;
                pmix_value_t *value = NULL;
                PMIX_LOAD_PROCID(&other, me.nspace, rank);
                int status = PMIx_Get(&other, key, NULL, 0, &value);
                return status == PMIX_SUCCESS && text != NULL && strcmp(value->data.string, text) == 0;
            }
            static int fence(unsigned one, unsigned other, unsigned step, int all) {
                pmix_proc_t procs[8];
                size_t count = 0;
                for (unsigned rank = one; rank <= other; rank += step) {
                    PMIX_LOAD_PROCID(&procs[count], me.nspace, rank);
                    count++;
                }
                pmix_info_t info;
                int yes = 1;
                PMIX_INFO_LOAD(&info, PMIX_COLLECT_DATA, &yes, PMIX_BOOL);
                return PMIx_Fence(all ? NULL : procs, all ? 0 : count, &info, 1) == PMIX_SUCCESS;
            }
            int main(int count, char **words) {
                char text[64], other[64];
                int right = 0;
                if (count < 2 || PMIx_Init(&me, NULL, 0) != PMIX_SUCCESS) {
                    return 9;
                }
                unsigned rank = me.rank;
                if (strcmp(words[1], "gone") == 0) {
                    if (rank == 0) {
                        int early = has(7, "first", "");
                        sleep(2);
                        printf("found %d %d\\n", early, has(6, "first", "here"));
                    } else if (rank == 6) {
                        publish("first", "here");
                    } else if (rank == 7) {
                        sleep(3);
                    }
                    PMIx_Finalize(NULL, 0);
                    return 0;
                }
                if (strcmp(words[1], "beside") == 0) {
                    snprintf(text, sizeof text, "first of %u", rank);
                    publish("first", text);
                    snprintf(other, sizeof other, "first of %u", rank ^ 1);
                    if (!has(rank ^ 1, "first", other)) {
                        printf("rank %u has not found %s\\n", rank, other);
                    }
                    has((rank + 3) % 8, "none", NULL);
                    fence(0, 7, 1, 1);
                    PMIx_Finalize(NULL, 0);
                    return 0;
                }
                if (strcmp(words[1], "groups") != 0) {
                    int size = atoi(words[1]) << 20;
                    char *much = malloc(size + 1);
                    srandom(rank);
                    for (int i = 0; i < size; i++) {
                        much[i] = (char)(1 + random() % 255);
                    }
                    much[size] = 0;
                    publish("much", much);
                    right = fence(0, 7, 1, 1);
                    printf("right %d\\n", right);
                    return 0;
                }
                /* Rank 0 publishes late: rank 7 asks for it before. */
                if (rank == 0) {
                    sleep(1);
                }
                snprintf(text, sizeof text, "first of %u", rank);
                publish("first", text);
                snprintf(other, sizeof other, "first of %u", (rank + 1) % 8);
                right |= has((rank + 1) % 8, "first", other);
                right |= has((rank + 3) % 8, "none", NULL) ? 0 : 2;
                /* Odd and even ranks, then halves from both ends, then pairs across nodes. */
                right |= fence(rank % 2, 6 + rank % 2, 2, 0) ? 4 : 0;
                snprintf(text, sizeof text, "second of %u", rank);
                publish("second", text);
                right |= fence(rank < 4 ? 0 : 4, rank < 4 ? 3 : 7, 1, 0) ? 8 : 0;
                snprintf(other, sizeof other, "second of %u", rank ^ 2);
                right |= has(rank ^ 2, "second", other) ? 16 : 0;
                unsigned low = rank < 7 - rank ? rank : 7 - rank;
                right |= fence(low, 7 - low, 7 - 2 * low, 0) ? 32 : 0;
                snprintf(text, sizeof text, "third of %u", rank);
                publish("third", text);
                right |= fence(0, 7, 1, 0) ? 64 : 0;
                snprintf(other, sizeof other, "third of %u", 7 - rank);
                right |= has(7 - rank, "third", other) ? 128 : 0;
                printf("rank %u right %d", rank, right);
                if (rank == 0) {
                    /* The others are gone soon, and nobody answers for them any more. */
                    sleep(3);
                    printf(" gone %d", !has(7, "fourth", "x"));
                }
                printf("\\n");
                PMIx_Finalize(NULL, 0);
                return 0;
            }
            """);
    Process process =
        new ProcessBuilder(
                "/usr/bin/cc",
                "-I" + headers,
                "-o",
                built.toString(),
                source.toString(),
                "-l:libpmix.so.2")
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    return built;
  }
}
