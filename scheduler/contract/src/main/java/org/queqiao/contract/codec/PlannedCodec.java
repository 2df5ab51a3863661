package org.queqiao.contract.codec;

import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.ChangePlanned;
import org.queqiao.contract.event.PlannedChangeMade;
import org.queqiao.contract.event.PlannedChangeWithdrawn;
import org.queqiao.contract.event.PlannedEvent;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.snapshot.PlannedImage;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbDomainShare;
import org.queqiao.contract.wire.PbPlannedChange;
import org.queqiao.contract.wire.PbPlannedImage;

/** Changes that count from a later time on, to and from their wire form. */
final class PlannedCodec {
  private PlannedCodec() {}

  static void write(PlannedEvent event, EventRecord.Builder out) {
    PbPlannedChange change = write(event.change());
    switch (event) {
      case ChangePlanned _ -> out.setChangePlanned(change);
      case PlannedChangeMade _ -> out.setPlannedChangeMade(change);
      case PlannedChangeWithdrawn _ -> out.setPlannedChangeWithdrawn(change);
    }
  }

  static PlannedEvent event(EventRecord in) {
    return switch (in.getEventCase()) {
      case CHANGE_PLANNED -> new ChangePlanned(read(in.getChangePlanned()));
      case PLANNED_CHANGE_MADE -> new PlannedChangeMade(read(in.getPlannedChangeMade()));
      case PLANNED_CHANGE_WITHDRAWN ->
          new PlannedChangeWithdrawn(read(in.getPlannedChangeWithdrawn()));
      default -> throw ModelReader.unknown("planned change");
    };
  }

  static PbPlannedImage write(PlannedImage image) {
    PbPlannedImage.Builder out = PbPlannedImage.newBuilder().setLastNumber(image.lastNumber());
    image.changes().forEach(each -> out.addChanges(write(each)));
    return out.build();
  }

  static PlannedImage read(PbPlannedImage in) {
    return new PlannedImage(
        in.getLastNumber(), ModelReader.list(in.getChangesList(), PlannedCodec::read));
  }

  private static PbPlannedChange write(PlannedChange change) {
    PbPlannedChange.Builder out =
        PbPlannedChange.newBuilder().setNumber(change.number()).setFromMs(change.fromMs());
    switch (change.content()) {
      case PlannedChange.Place e ->
          out.setPlace(
              PbPlannedChange.Place.newBuilder()
                  .setDomain(e.domain().value())
                  .setParent(e.parent() == null ? "" : e.parent().value()));
      case PlannedChange.Shares e -> out.setShares(shares(e));
      case PlannedChange.Owner e ->
          out.setOwner(
              PbPlannedChange.Owner.newBuilder()
                  .setProject(e.project().value())
                  .setPlatform(e.platform() == null ? "" : e.platform().value()));
    }
    return out.build();
  }

  private static PbPlannedChange.Shares shares(PlannedChange.Shares content) {
    PbPlannedChange.Shares.Builder out =
        PbPlannedChange.Shares.newBuilder().setProject(content.project().value());
    content.domains().forEach(each -> out.addDomains(share(each)));
    return out.build();
  }

  static PbDomainShare share(DomainShare share) {
    return PbDomainShare.newBuilder()
        .setDomain(share.domain().value())
        .setPermille(share.permille())
        .build();
  }

  static DomainShare share(PbDomainShare in) {
    return new DomainShare(new DomainCode(in.getDomain()), in.getPermille());
  }

  private static PlannedChange read(PbPlannedChange in) {
    return new PlannedChange(
        in.getNumber(),
        in.getFromMs(),
        switch (in.getContentCase()) {
          case PLACE ->
              new PlannedChange.Place(
                  new DomainCode(in.getPlace().getDomain()),
                  in.getPlace().getParent().isEmpty()
                      ? null
                      : new DomainCode(in.getPlace().getParent()));
          case SHARES ->
              new PlannedChange.Shares(
                  new ProjectName(in.getShares().getProject()),
                  ModelReader.list(in.getShares().getDomainsList(), PlannedCodec::share));
          case OWNER ->
              new PlannedChange.Owner(
                  new ProjectName(in.getOwner().getProject()),
                  in.getOwner().getPlatform().isEmpty()
                      ? null
                      : new PlatformName(in.getOwner().getPlatform()));
          case CONTENT_NOT_SET -> throw ModelReader.unknown("content of a planned change");
        });
  }
}
