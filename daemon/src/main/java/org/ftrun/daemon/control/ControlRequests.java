package org.ftrun.daemon.control;

import java.util.Optional;
import org.ftrun.daemon.service.ProtectedService;
import org.ftrun.daemon.service.ProtectedService.RefusedException;

/** Carries out requests on the service; runs on the control thread. */
final class ControlRequests {
  private final ProtectedService service;

  ControlRequests(ProtectedService service) {
    this.service = service;
  }

  /** The reply line to a request line. */
  String answer(String line) {
    Optional<ControlRequest> request = ControlRequest.parse(line);
    if (request.isEmpty()) {
      return ControlReply.refused("not a request that this ftrun knows");
    }
    try {
      return ControlReply.done(carryOut(request.get()));
    } catch (RefusedException e) {
      return ControlReply.refused(e.getMessage());
    }
  }

  private Object carryOut(ControlRequest request) throws RefusedException {
    switch (request) {
      case STATUS:
        return service.status();
      case CONNECTIONS:
        return service.connections();
      case TAKEOVER:
        service.takeover();
        return null;
      case UNPROTECT:
        service.unprotect();
        return null;
      case STOP:
        service.stop();
        return null;
      case PROTECT:
        throw new RefusedException("protect cannot be done yet: a running service is not seeded");
    }
    throw new AssertionError(request);
  }
}
