package org.queqiao.core.state;

import java.util.List;
import org.queqiao.contract.snapshot.WalletImage;

/** Wallets in the digest, behind their name and only if there are any. */
final class WalletsDigest {
  private final CanonicalWriter out;

  WalletsDigest(CanonicalWriter out) {
    this.out = out;
  }

  void write(List<WalletImage> images) {
    if (!images.isEmpty()) {
      out.text("wallets").list(images, this::image);
    }
  }

  void image(WalletImage each) {
    out.text(each.project().value())
        .number(each.openedAt())
        .number(each.creditMicro())
        .text(each.currency())
        .number(each.toldAt())
        .number(each.toldMs())
        .number(each.balanceMicro())
        .number(each.mergedFrom())
        .list(each.moves(), move -> out.number(move.position()).number(move.amountMicro()))
        .list(
            each.holds(),
            hold ->
                out.number(hold.run().job().value())
                    .number(hold.run().attempt())
                    .number(hold.amountMicro()));
  }
}
