package io.lockstep.transport.aeron;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.Rendezvous;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.group.World;
import io.lockstep.collectives.transport.Advertisement;

/** This machine as two hosts: the rendezvous says that the upper half of the ranks is on another one. */
final class TwoHosts {
    private TwoHosts() {}

    static World open(int worldSize, Route between) {
        TransportOptions transport = TransportOptions.defaults().withInterHost(between);
        return new World(LocalRendezvous.form(
                worldSize,
                Security.ON,
                (options, rendezvous) -> ProcessGroups.open(options, moved(rendezvous, worldSize), transport)));
    }

    private static Rendezvous moved(Rendezvous rendezvous, int worldSize) {
        return mine -> rendezvous.exchange(mine).stream()
                .map(text -> text.replaceFirst("rank=(\\d+);host=", "rank=$1;host=" + hostOf(text, worldSize)))
                .toList();
    }

    private static String hostOf(String text, int worldSize) {
        int rank = Integer.parseInt(text.replaceFirst(".*;rank=(\\d+);.*", "$1"));
        return Advertisement.parse(rank, text).rank() < (worldSize + 1) / 2 ? "lower-" : "upper-";
    }
}
