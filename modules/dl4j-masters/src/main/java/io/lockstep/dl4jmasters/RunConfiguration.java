package io.lockstep.dl4jmasters;

import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * A configuration whose {@link #clone} is whole. DL4J 1.0.0-M2.1's forgets how many iterations and epochs were done, and
 * MergeVertex its axis, and the parameter averaging worker clones its configuration at each averaging: every step would
 * have the learning rate of step 0 and Adam's correction of step 1, and networks that concatenate would not run.
 */
final class RunConfiguration extends ComputationGraphConfiguration {
    private static final long serialVersionUID = 1;

    /** Takes over what the other has; do not use that afterwards. */
    RunConfiguration(ComputationGraphConfiguration other) {
        setVertices(other.getVertices());
        setVertexInputs(other.getVertexInputs());
        setNetworkInputs(other.getNetworkInputs());
        setNetworkOutputs(other.getNetworkOutputs());
        setTrainingWorkspaceMode(other.getTrainingWorkspaceMode());
        setInferenceWorkspaceMode(other.getInferenceWorkspaceMode());
        setCacheMode(other.getCacheMode());
        setDataType(other.getDataType());
        setValidateOutputLayerConfig(other.isValidateOutputLayerConfig());
        setBackpropType(other.getBackpropType());
        setTbpttFwdLength(other.getTbpttFwdLength());
        setTbpttBackLength(other.getTbpttBackLength());
        setDefaultConfiguration(other.getDefaultConfiguration());
        setIterationCount(other.getIterationCount());
        setEpochCount(other.getEpochCount());
        setTopologicalOrder(other.getTopologicalOrder());
        setTopologicalOrderStr(other.getTopologicalOrderStr());
    }

    @Override
    public RunConfiguration clone() {
        return SerializationUtils.clone(this);
    }
}
