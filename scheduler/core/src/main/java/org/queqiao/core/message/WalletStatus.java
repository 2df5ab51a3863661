package org.queqiao.core.message;

/**
 * The wallet of a project that pays before.
 *
 * @param availableMicro what starts may still take, the credit line included; 0 until the ledger
 *     has told
 * @param creditMicro the credit line
 * @param heldMicro what is held for runs that go on, as far as they started since the wallet was
 *     first heard of
 * @param currency ISO 4217 code
 * @param toldAt position as of which the ledger has told; -1 before that
 * @param toldMs when it did; 0 before that
 */
public record WalletStatus(
    long availableMicro,
    long creditMicro,
    long heldMicro,
    String currency,
    long toldAt,
    long toldMs) {}
