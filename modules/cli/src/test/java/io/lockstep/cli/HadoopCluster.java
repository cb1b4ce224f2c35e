package io.lockstep.cli;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * HDFS and YARN of one node each, in a process of their own until it is killed: Hadoop's mini-clusters. Clients find them by
 * the folder of configuration that it writes.
 */
final class HadoopCluster {
    static final String READY = "HDFS and YARN are ready";
    private static final int NODE_MIB = 12 << 10;

    private HadoopCluster() {}

    /** @param args where HDFS keeps its blocks and the configuration is written ({@code conf/}) */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Configuration hadoop = new YarnConfiguration();
        hadoop.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
        // whoever submits is a user of this machine
        hadoop.set("hadoop.http.staticuser.user", System.getProperty("user.name"));
        hadoop.setBoolean("yarn.nodemanager.vmem-check-enabled", false);
        hadoop.setInt("yarn.minicluster.yarn.nodemanager.resource.memory-mb", NODE_MIB);
        hadoop.setInt("yarn.nodemanager.resource.memory-mb", NODE_MIB);
        hadoop.setInt("yarn.scheduler.minimum-allocation-mb", 128);
        hadoop.setInt("yarn.scheduler.maximum-allocation-mb", NODE_MIB);
        hadoop.setInt("yarn.nodemanager.delete.debug-delay-sec", 600);
        hadoop.set("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "100.0");
        hadoop.set("yarn.scheduler.capacity.root.queues", "default");
        hadoop.set("yarn.scheduler.capacity.root.default.capacity", "100");
        hadoop.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1");

        MiniDFSCluster hdfs = new MiniDFSCluster.Builder(hadoop).numDataNodes(1).build();
        hdfs.waitActive();
        hadoop.set("fs.defaultFS", hdfs.getFileSystem().getUri().toString());
        MiniYARNCluster yarn = new MiniYARNCluster("lockstep", 1, 1, 1);
        yarn.init(hadoop);
        yarn.start();
        yarn.waitForNodeManagersToConnect(Await.PATIENCE.toMillis());

        yarn.getConfig().unset("net.topology.node.switch.mapping.impl"); // a class of the mini-cluster's
        Path conf = Files.createDirectories(folder.resolve("conf"));
        try (OutputStream out = Files.newOutputStream(conf.resolve("core-site.xml"))) {
            yarn.getConfig().writeXml(out);
        }
        Files.copy(conf.resolve("core-site.xml"), conf.resolve("yarn-site.xml"));
        System.out.println(READY);
        Thread.currentThread().join();
    }
}
