/**
 * The strategies, a file each: what is exchanged, and how.
 *
 * <table>
 *   <caption>of n ranks and a gradient of S bytes</caption>
 *   <tr><th>word</th><th>what is exchanged</th><th>bytes over the busiest link, each way, a step</th></tr>
 *   <tr><td>{@code ddp}</td><td>gradients, every step, by all-reduce while backward goes on</td><td>2 (n-1)/n S</td></tr>
 *   <tr><td>{@code dp}</td><td>gradients to rank 0, parameters back</td><td>(n-1) S at rank 0</td></tr>
 *   <tr><td>{@code parameter-averaging}</td><td>parameters and updater state, every H steps, by all-reduce</td>
 *     <td>2 (n-1)/n (S + state) / H</td></tr>
 *   <tr><td>{@code gradient-sharing}</td><td>the largest elements of gradients, as signs, every step, by all-gather</td>
 *     <td>(n-1) S x density</td></tr>
 *   <tr><td>{@code auto}</td><td>one of these, by what is measured before the first step</td><td></td></tr>
 * </table>
 *
 * <p>They are put together from few parts: {@link io.lockstep.training.strategies.GradientBuckets} overlaps an exchange
 * with backward, {@link io.lockstep.training.strategies.Optimizer} goes from a summed gradient to the next parameters,
 * {@link io.lockstep.training.strategies.InitialBroadcast} makes replicas equal before the first step.
 *
 * <p>To add one (PowerSGD, DiLoCo, ...): a file here that implements {@link io.lockstep.training.Strategy} and has its {@link
 * io.lockstep.training.strategies.StrategyKind} (word, settings, check, factory), and a line in {@link
 * io.lockstep.training.strategies.Strategies}. The command line, its checks and the conformance suite take it up from there.
 */
package io.lockstep.training.strategies;
