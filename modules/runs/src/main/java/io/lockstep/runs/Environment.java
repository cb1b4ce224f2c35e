package io.lockstep.runs;

import io.lockstep.runs.build.BuildInfo;
import io.lockstep.runs.hosts.RankEnvironment;
import java.util.List;
import scala.util.Properties;

/** environment.json: where a result was made. */
record Environment(
        String lockstep,
        String commit,
        String spark,
        String scala,
        String java,
        String os,
        String cpu,
        int cores,
        String master,
        List<RankEnvironment> ranks) {

    static Environment of(String sparkVersion, String master, List<RankEnvironment> ranks) {
        return new Environment(
                BuildInfo.VERSION,
                BuildInfo.COMMIT,
                sparkVersion,
                Properties.versionNumberString(),
                System.getProperty("java.version"),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                RankEnvironment.cpuModel(),
                Runtime.getRuntime().availableProcessors(),
                master,
                ranks);
    }
}
