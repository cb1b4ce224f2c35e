package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** deploy/kubernetes against Kubernetes' published API, whose classes know every field and its type. */
class KubernetesManifestsTest {
    private static final Path FOLDER = Path.of("../../deploy/kubernetes");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Map<String, Class<?>> KINDS = Map.of(
            "Pod", Pod.class,
            "ServiceAccount", ServiceAccount.class,
            "Role", Role.class,
            "RoleBinding", RoleBinding.class,
            "NetworkPolicy", NetworkPolicy.class);

    static Stream<Path> manifests() throws IOException {
        return Stream.concat(Files.list(FOLDER.resolve("base")), Files.walk(FOLDER.resolve("pods")))
                .filter(file -> file.toString().endsWith(".yaml"))
                .filter(file -> !file.endsWith("kustomization.yaml"));
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void hasOnlyFieldsOfTheApi(Path file) throws Exception {
        JsonNode tree = YAML.readTree(file.toFile());

        Object resource = YAML.treeToValue(tree, KINDS.get(tree.get("kind").asText()));

        assertThat(tree.get("apiVersion").asText())
                .isEqualTo(resource.getClass().getMethod("getApiVersion").invoke(resource));
        requireKnownFields(resource);
    }

    static Stream<Path> overlays() throws IOException {
        return Files.walk(FOLDER.resolve("overlays")).filter(file -> file.endsWith("kustomization.yaml"));
    }

    /** A patch is a part of a pod, as text in a manifest of kustomize's. */
    @ParameterizedTest
    @MethodSource("overlays")
    void patchesHaveOnlyFieldsOfTheApi(Path file) throws Exception {
        JsonNode patches = YAML.readTree(file.toFile()).get("patches");

        assertThat(patches).isNotEmpty();
        for (JsonNode patch : patches) {
            Pod pod = YAML.readValue(patch.get("patch").asText(), Pod.class);

            assertThat(pod.getMetadata().getName())
                    .isEqualTo(patch.get("target").get("name").asText());
            requireKnownFields(pod);
        }
    }

    static Stream<String> roles() {
        return Stream.of("driver", "executor");
    }

    /** The operator's own fields are not Kubernetes', but its pod templates are. */
    @ParameterizedTest
    @MethodSource("roles")
    void theOperatorsPodsHaveOnlyFieldsOfTheApiAndAreThoseOfSparkSubmit(String role) throws Exception {
        PodTemplateSpec template = operatorsTemplate(role);
        Pod pod = YAML.readValue(
                FOLDER.resolve("pods/" + role + "/" + role + "-pod.yaml").toFile(), Pod.class);

        requireKnownFields(template);
        pod.getSpec().getContainers().forEach(container -> container.setImage(null)); // a field of the operator's own
        assertThat(template.getSpec()).isEqualTo(pod.getSpec());
        assertThat(template.getMetadata().getLabels())
                .isEqualTo(pod.getMetadata().getLabels());
    }

    private static PodTemplateSpec operatorsTemplate(String role) throws IOException {
        JsonNode manifest = YAML.readTree(
                FOLDER.resolve("spark-operator/spark-application.yaml").toFile());
        return YAML.treeToValue(manifest.get("spec").get(role).get("template"), PodTemplateSpec.class);
    }

    @Test
    void aFieldThatTheApiLacksIsFound() throws Exception {
        Object pod = YAML.readValue("{spec: {containers: [{name: a, volumeMount: []}]}}", Pod.class);

        assertThatThrownBy(() -> requireKnownFields(pod)).hasMessageContaining("volumeMount");
        assertThatThrownBy(() -> YAML.readValue("{spec: {containers: 5}}", Pod.class))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @MethodSource("podTemplates")
    void podsRunWithoutPrivileges(Path file) throws Exception {
        Pod pod = YAML.readValue(file.toFile(), Pod.class);

        assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType())
                .isEqualTo("RuntimeDefault");
        for (Container container : pod.getSpec().getContainers()) {
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
        }
    }

    static Stream<Path> podTemplates() {
        return Stream.of(
                FOLDER.resolve("pods/driver/driver-pod.yaml"), FOLDER.resolve("pods/executor/executor-pod.yaml"));
    }

    @Test
    void executorsShareMemoryOfTheirOwnAndThePolicySelectsThem() throws Exception {
        Pod executor =
                YAML.readValue(FOLDER.resolve("pods/executor/executor-pod.yaml").toFile(), Pod.class);
        NetworkPolicy policy =
                YAML.readValue(FOLDER.resolve("base/network-policy.yaml").toFile(), NetworkPolicy.class);

        assertThat(executor.getSpec().getVolumes())
                .anyMatch(volume -> volume.getEmptyDir() != null
                        && "Memory".equals(volume.getEmptyDir().getMedium()));
        assertThat(executor.getSpec().getContainers().get(0).getVolumeMounts())
                .anyMatch(mount -> mount.getMountPath().equals("/dev/shm"));
        Map<String, String> selected = policy.getSpec().getPodSelector().getMatchLabels();
        assertThat(executor.getMetadata().getLabels()).containsAllEntriesOf(selected);
        assertThat(policy.getSpec().getIngress()).hasSize(1);
        assertThat(policy.getSpec().getIngress().get(0).getFrom())
                .singleElement()
                .satisfies(from ->
                        assertThat(from.getPodSelector().getMatchLabels()).isEqualTo(selected));
    }

    /** What a class does not know it keeps apart. */
    private static void requireKnownFields(Object value) throws ReflectiveOperationException {
        if (value instanceof List<?> list) {
            for (Object each : list) {
                requireKnownFields(each);
            }
        } else if (value instanceof KubernetesResource) {
            for (Method method : value.getClass().getMethods()) {
                if (method.getName().equals("getAdditionalProperties")) {
                    assertThat((Map<?, ?>) method.invoke(value))
                            .as("unknown fields of %s", value.getClass().getSimpleName())
                            .isEmpty();
                } else if (method.getName().startsWith("get") && method.getParameterCount() == 0) {
                    requireKnownFields(method.invoke(value));
                }
            }
        }
    }
}
