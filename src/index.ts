/**
 * The public API: everything that the command line does, as functions. The path is
 *
 *   readModel, loadTarget, openDataset -> compile -> writePackage -> openPackage -> programChip -> simulate, verify
 *
 * Problems of the input are thrown as a DiagnosticError, which carries them all as data.
 */

export type { FaultContext } from '../passes/map/fault-costs.ts';
/** Works around the faults of one chip, and tells what that came to, for a mapping: see `mappingOf`. */
export { reportFaults } from '../passes/map/report-faults.ts';
export { workAroundFaults } from '../passes/map/work-around-faults.ts';
/** Reads a bitstream array by array, disassembles it into text, and assembles such text into the same bytes. */
export { assemble } from './bitstream/assemble.ts';
export { type Bitstream, decodeBitstream } from './bitstream/decode.ts';
export { disassemble, disassembleArray, disassembleHeader } from './bitstream/disassemble.ts';
/** A programmed chip as plain data, and the sums of its counters. */
export { type ArrayCounters, type Chip, totalCounts } from './chip/chip.ts';
/** Loads a saved chip, checking sizes and hashes. */
export { loadChip } from './chip/load.ts';
/** The arrays of a chip as converters see them: at a time, through wires, with the variances of readings. */
export { type ReadArrays, type ReadOptions, readArrays } from './chip/read.ts';
export { checkTime, type ReadConditions } from './chip/read-conditions.ts';
/** How a chip is written again against what is measured on it, and what that came to. */
export type { RewritingReport } from './chip/rewriting.ts';
/** Saves a chip into a folder. */
export { saveChip } from './chip/save.ts';
/** Tests the cells of a simulated chip; the map of its faulty ones is what `compile` works around. */
export { type SurveyOptions, surveyChip } from './chip/survey.ts';
/** Tests a chip and compiles a package's model once more, around the chip's faulty cells. */
export { compileAroundFaults, packageAroundFaults } from './compile/around-faults.ts';
/** Compiles a model for a target, with samples or an earlier calibration record. */
export { compile } from './compile/compile.ts';
export type { Calibration, CompileHooks } from './compile/compiled.ts';
/** The compilation that a package was written from: to change it and write it again, without its model. */
export { compiledOf } from './compile/compiled-of.ts';
/** Where every node of a model goes, and by which rule. */
export { listOperators } from './compile/operators.ts';
/** Puts the weights that training left into the layers of a compilation; says which layers cannot hold any. */
export { findTrainingObstacles, replaceLayers, type TrainedWeights } from './compile/replace-layers.ts';
/** What the user of a compilation should know about it, though it is sound. */
export { compileWarnings } from './compile/warnings.ts';
/** What is done about what has moved in a chip since it was calibrated. */
export type { Compensation } from './correct/compensate.ts';
/** What an inference and programming cost: energy, latency and area, by part and by layer; as text. */
export { type Balance, balanceReplicas } from './cost/balance.ts';
export { type CountedCircuits, circuitsOf } from './cost/circuits-of.ts';
export { type Cost, type CostOptions, costPackage } from './cost/cost.ts';
export type { PassesCost } from './cost/passes.ts';
/** Labelled samples, preprocessed and streamed. */
export type { Batch, Dataset, Sample } from './data/dataset.ts';
/** Opens a data set: folders of images, idx, npy, npz, CIFAR; see docs/data.md. */
export { type DatasetOptions, openDataset } from './data/open.ts';
/** How raw samples become inputs. */
export { findPreprocessing, loadPreprocessing, type Preprocessing } from './data/preprocessing.ts';
/** What is wrong with the input, as data; and the error that carries all of it. */
export {
  type Diagnostic,
  DiagnosticError,
  exitCodeOf,
  formatDiagnostic,
  InternalError,
  type Severity,
} from './diagnostics/diagnostic.ts';
/** Tells which effect of a target costs a package how many points, and what layers make of one image; their reports as text. */
export { explain } from './explain/explain.ts';
export { explainImage } from './explain/explain-image.ts';
export type { ImageReport } from './explain/image-report.ts';
export type { ExplainOptions } from './explain/options.ts';
export type { ExplainReport } from './explain/report.ts';
/** What samples told about every layer's inputs: saved with a package, and enough to compile the same bytes again. */
export type { CalibrationRecord } from './ir/calibration-record.ts';
/** What a compilation made: where every node went, mapping, schedule, record. */
export type { Compiled, OperatorListing } from './ir/compiled.ts';
/** Fault maps, from files and to them. */
export { type Fault, type FaultMap, formatFaultMap, hashFaultMap, readFaultMap } from './ir/fault-map.ts';
/** What working around a fault map came to. */
export type { FaultReport, UnsavedCell } from './ir/fault-report.ts';
/** Checks the options of a compilation and completes them; reads them from a YAML file. */
export { type CompileOptions, parseOptions, readOptionsFile } from './ir/options.ts';
/** A dense tensor: dims and row-major values. */
export type { Tensor } from './math/tensor.ts';
/** Reads an ONNX file, or its bytes; encodes a graph, such as that of a lowered chip, as an ONNX file. */
export { decodeModel, type ImportedModel, readModel } from './onnx/decode.ts';
export { encodeModel } from './onnx/encode.ts';
/** manifest.json of a package. */
export type { Manifest } from './package/manifest.ts';
/** The mapping that a package was written from. */
export { mappingOf } from './package/mapping-of.ts';
/** Opens a package, checking every hash. */
export { openPackage, type Package, pathIn } from './package/open.ts';
/** Writes a compilation as a package. */
export { type WriteOptions, writePackage } from './package/write.ts';
/** Programs a simulated chip from a package with a seed, or an earlier package's chip with the delta; and calibrates it. */
export { type ProgramChipOptions, programChip, programOnto } from './program.ts';
/** Samples that `compile` calibrates with, out of a data set; the one input of a model that samples feed. */
export type { SampleSource } from './record/sample-source.ts';
export { fedInputs, spreadSamples } from './record/samples.ts';
export { formatCost } from './report/cost-text.ts';
export { formatImage } from './report/explain-image-text.ts';
export { formatExplanation } from './report/explain-text.ts';
/** What there is of a package as plain data, and as one page that needs nothing else. */
export type { ReportContent } from './report/page/content.ts';
export { type GatherOptions, gatherReport } from './report/page/gather.ts';
export { reportPage } from './report/page/report.ts';
/** Searches the cheapest mapping that loses no more than a bound; its report as text, its options as a file. */
export { formatTuning } from './report/tune-text.ts';
/** A verification report as text for people. */
export { formatVerification } from './report/verify-text.ts';
export type { RewriteOptions } from './rewrite/rewrite-chip.ts';
/** Where chips can run images: an option of `verify`, `tune` and `simulate`. */
export { type Device, devices } from './runtime/device.ts';
/** Runs models. */
export type { Session } from './runtime/session.ts';
/** What a chip's transfers make of every digit, and what window and digit step rest on; a capacitor on the bench. */
export { type TransferPhysics, transferPhysics } from './schemes/transfer/fecap/physics.ts';
export { type PundResult, type PundSettings, pund } from './schemes/transfer/fecap/pund.ts';
export { type StaircaseLevel, type StaircaseSettings, staircase } from './schemes/transfer/staircase.ts';
/** Opens a programmed chip for inference; or gives it as an ordinary ONNX graph. */
export type { DeviceReport } from './simulate/check-device.ts';
export { lowerChip, type SimulatedChip, type SimulateOptions, simulate } from './simulate/simulate.ts';
/** What a simulation of a target contains, and what it does not. */
export type { Effect } from './target/effect.ts';
export { effectsOf, notModelled } from './target/effects.ts';
/** Loads a bundled target or a target file, with `field=value` overrides; names of the bundled ones. */
export { bundledTargets, loadTarget } from './target/load.ts';
/** One kind of chip in SI units, with the origin of every value. */
export type { LoadedTarget, ProvenanceEntry, Target } from './target/target.ts';
/**
 * Learning on the chip: a basis (a model or the layers of a package), samples, a run and its epochs, and the compilation of
 * what was learnt.
 */
export { type Basis, basisOfModel, basisOfPackage, modelOf } from './train/basis.ts';
export { defaults as trainDefaults } from './train/defaults.ts';
export { perceptron, type TrainableNetwork } from './train/network.ts';
export { reportOf as trainReportOf, type TrainReport } from './train/report.ts';
export { type Epoch, finishRun, type Run, type RunHooks } from './train/run.ts';
export {
  compileTrained,
  openRun,
  readTrainingSamples,
  type TrainingData,
  type TrainRequest,
} from './train/train.ts';
export type { TuneOptions } from './tune/options.ts';
export type { TuneReport } from './tune/report.ts';
export { tune } from './tune/tune.ts';
export { formatOptions } from './tune/write-options.ts';
/** What a verification is asked for. */
export type { ModelFile, VerifyOptions } from './verify/options.ts';
/** What a verification found. */
export type { Snr, TrialReport, VerifyReport } from './verify/report.ts';
/** The bounds of a report that are not met, as errors. */
export { boundsNotMet } from './verify/summarize.ts';
/** Scores floating point, the ideal chip and programmed chips on the same images. */
export { verify } from './verify/verify.ts';
