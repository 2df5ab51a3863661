package org.queqiao.core.state;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.snapshot.WalletImage;
import org.queqiao.core.message.WalletStatus;

/**
 * The wallet of a project: what the ledger has told, and what starts and ends of runs have moved
 * since the position of that word.
 *
 * <pre>
 *   position   ... opened ... told ... move  move  move ... now
 *   available  =   balance of the ledger + moves behind it + credit line
 * </pre>
 *
 * A start takes the most that its run can cost, an end gives back that less the most that the
 * ledger may have charged; so what is counted here is never more than what the ledger will say.
 */
public final class Wallet {
  /** The oldest moves become one beyond this. */
  public static final int MAX_MOVES = 10_000;

  /** Amounts stop here, far beyond any money and far below an overflow. */
  private static final long MOST_MICRO = Long.MAX_VALUE / 4;

  private final ProjectName project;
  private final long openedAt;
  private final TreeMap<Long, Long> moves = new TreeMap<>();
  private final TreeMap<RunId, Long> holds = new TreeMap<>();
  private long creditMicro;
  private String currency;
  private long toldAt = -1;
  private long toldMs;
  private long balanceMicro;
  private long mergedFrom;

  /** The sum of the moves. */
  private BigInteger movedMicro = BigInteger.ZERO;

  Wallet(ProjectName project, long openedAt, String currency) {
    this.project = project;
    this.openedAt = openedAt;
    this.currency = currency;
  }

  Wallet(WalletImage image) {
    this(image.project(), image.openedAt(), image.currency());
    creditMicro = image.creditMicro();
    toldAt = image.toldAt();
    toldMs = image.toldMs();
    balanceMicro = image.balanceMicro();
    mergedFrom = image.mergedFrom();
    for (WalletImage.Move each : image.moves()) {
      Legality.require(
          each.position() > toldAt && moves.put(each.position(), each.amountMicro()) == null,
          "a move of wallet " + project + " at " + each.position());
      movedMicro = movedMicro.add(BigInteger.valueOf(each.amountMicro()));
    }
    image.holds().forEach(each -> holds.put(each.run(), each.amountMicro()));
  }

  WalletImage image() {
    List<WalletImage.Move> moveImages = new ArrayList<>();
    moves.forEach((position, amount) -> moveImages.add(new WalletImage.Move(position, amount)));
    List<WalletImage.Hold> holdImages = new ArrayList<>();
    holds.forEach((run, amount) -> holdImages.add(new WalletImage.Hold(run, amount)));
    return new WalletImage(
        project,
        openedAt,
        creditMicro,
        currency,
        toldAt,
        toldMs,
        balanceMicro,
        mergedFrom,
        moveImages,
        holdImages);
  }

  public ProjectName project() {
    return project;
  }

  /** Whether the ledger has said what is in it. */
  public boolean isTold() {
    return toldAt >= 0;
  }

  /** Position as of which the ledger has told; -1 before it has. */
  public long toldAt() {
    return toldAt;
  }

  /** Logical time of the last word of the ledger; 0 before. */
  public long toldMs() {
    return toldMs;
  }

  /** How far below zero starts may take it. */
  public long creditMicro() {
    return creditMicro;
  }

  /** ISO 4217 code. */
  public String currency() {
    return currency;
  }

  /** Whether a word of the ledger as of a position says something new. */
  public boolean hears(long atPosition) {
    return atPosition >= openedAt && atPosition > toldAt;
  }

  /**
   * Whether a later word of the ledger says something that is not known: another amount, or the
   * same in place of what was counted here from the starts and ends up to its position.
   */
  public boolean learns(long atPosition, long balance, String inCurrency) {
    return !isTold()
        || balance != balanceMicro
        || !inCurrency.equals(currency)
        || !moves.isEmpty() && moves.firstKey() <= atPosition;
  }

  /**
   * Whether a word as of the position of the last one has another amount: a new month has begun.
   */
  public boolean hearsAnew(long atPosition, long balance) {
    return isTold() && atPosition == toldAt && balance != balanceMicro;
  }

  /** What a start may still take: nothing until the ledger has told. */
  public long availableMicro() {
    return isTold() ? sum(clamp(BigInteger.valueOf(balanceMicro).add(movedMicro)), creditMicro) : 0;
  }

  /** What is held for a run, or 0 when that is not known. */
  public long heldMicro(RunId run) {
    return holds.getOrDefault(run, 0L);
  }

  /** What is held for the runs that go on, as far as they started since it was opened. */
  public long heldMicro() {
    long all = 0;
    for (long each : holds.values()) {
      all = sum(all, each);
    }
    return all;
  }

  /** What others may know. */
  public WalletStatus status() {
    return new WalletStatus(availableMicro(), creditMicro, heldMicro(), currency, toldAt, toldMs);
  }

  void credit(long micro, String inCurrency) {
    creditMicro = micro;
    currency = inCurrency;
  }

  /**
   * The ledger tells. What it knew before it was opened, or before an earlier word, or in the
   * middle of moves that are one by now, says nothing.
   */
  void told(long atPosition, long balance, String inCurrency, long nowMs) {
    boolean within = mergedFrom > 0 && atPosition >= mergedFrom && atPosition < moves.firstKey();
    if (atPosition < openedAt || atPosition <= toldAt || within) {
      return;
    }
    toldAt = atPosition;
    toldMs = nowMs;
    balanceMicro = balance;
    currency = inCurrency;
    while (!moves.isEmpty() && moves.firstKey() <= atPosition) {
      long dropped = moves.pollFirstEntry().getValue();
      movedMicro = movedMicro.subtract(BigInteger.valueOf(dropped));
      mergedFrom = 0;
    }
  }

  /** The ledger tells of another period, with the same facts in its books. */
  void toldAnew(long balance, long nowMs) {
    toldMs = nowMs;
    balanceMicro = balance;
  }

  /** What the ledger holds already for a run that goes on. */
  void knows(RunId run, long micro) {
    holds.put(run, micro);
  }

  /** Whether it is known what is held for a run. */
  boolean holdsFor(RunId run) {
    return holds.containsKey(run);
  }

  /** The runs for which it is known what is held. */
  Set<RunId> runs() {
    return Collections.unmodifiableSet(holds.keySet());
  }

  /** A run takes the most that it can cost; more or less than before when its limit changes. */
  void hold(RunId run, BigInteger cost, long position) {
    long micro = clamp(cost);
    long before = heldMicro(run);
    holds.put(run, micro);
    move(position, before - micro);
  }

  /** A run elsewhere, for which nothing was held, is over. */
  void spend(BigInteger mostCharged, long position) {
    move(position, -clamp(mostCharged));
  }

  /**
   * A run has ended: the ledger gives back what it did not cost. Of one that began before there was
   * a wallet nothing is known to be held, so all that it cost may still have to be taken.
   */
  void settle(RunId run, BigInteger mostCharged, long position) {
    Long held = holds.remove(run);
    move(position, (held == null ? 0 : held) - clamp(mostCharged));
  }

  /** The ledger takes so much out at this position. */
  void takes(long micro, long position) {
    move(position, -micro);
  }

  private void move(long position, long micro) {
    moves.put(position, micro);
    movedMicro = movedMicro.add(BigInteger.valueOf(micro));
    if (moves.size() > MAX_MOVES) {
      Map.Entry<Long, Long> oldest = moves.pollFirstEntry();
      mergedFrom = mergedFrom == 0 ? oldest.getKey() : mergedFrom;
      moves.merge(moves.firstKey(), oldest.getValue(), Wallet::sum);
    }
  }

  private static long clamp(BigInteger micro) {
    BigInteger most = BigInteger.valueOf(MOST_MICRO);
    return micro.min(most).max(most.negate()).longValueExact();
  }

  private static long sum(long left, long right) {
    return Math.clamp(Math.addExact(left, right), -MOST_MICRO * 2, MOST_MICRO * 2);
  }
}
