/**
 * The ONNX file format: the public onnx.proto (IR version 11) as a protobuf schema, and the shapes of its messages in
 * TypeScript. Enumerations are read as int32, so that a value from a newer version is seen and not dropped.
 */
import protobuf from 'protobufjs';

const schema = `
syntax = "proto2";
message StringStringEntryProto { optional string key = 1; optional string value = 2; }
message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
message TensorProto {
  message Segment { optional int64 begin = 1; optional int64 end = 2; }
  repeated int64 dims = 1; optional int32 data_type = 2; optional Segment segment = 3;
  repeated float float_data = 4 [packed = true]; repeated int32 int32_data = 5 [packed = true];
  repeated bytes string_data = 6; repeated int64 int64_data = 7 [packed = true]; optional string name = 8;
  optional bytes raw_data = 9; repeated double double_data = 10 [packed = true];
  repeated uint64 uint64_data = 11 [packed = true]; optional string doc_string = 12;
  repeated StringStringEntryProto external_data = 13; optional int32 data_location = 14;
  repeated StringStringEntryProto metadata_props = 16;
}
message SparseTensorProto {
  optional TensorProto values = 1; optional TensorProto indices = 2; repeated int64 dims = 3;
}
message TensorShapeProto {
  message Dimension {
    oneof value { int64 dim_value = 1; string dim_param = 2; }
    optional string denotation = 3;
  }
  repeated Dimension dim = 1;
}
message TypeProto {
  message Tensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
  message Sequence { optional TypeProto elem_type = 1; }
  message Map { optional int32 key_type = 1; optional TypeProto value_type = 2; }
  message Opaque { optional string domain = 1; optional string name = 2; }
  message SparseTensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
  message Optional { optional TypeProto elem_type = 1; }
  oneof value {
    Tensor tensor_type = 1; Sequence sequence_type = 4; Map map_type = 5; Opaque opaque_type = 7;
    SparseTensor sparse_tensor_type = 8; Optional optional_type = 9;
  }
  optional string denotation = 6;
}
message ValueInfoProto {
  optional string name = 1; optional TypeProto type = 2; optional string doc_string = 3;
  repeated StringStringEntryProto metadata_props = 4;
}
message AttributeProto {
  optional string name = 1; optional float f = 2; optional int64 i = 3; optional bytes s = 4;
  optional TensorProto t = 5; optional GraphProto g = 6; repeated float floats = 7; repeated int64 ints = 8;
  repeated bytes strings = 9; repeated TensorProto tensors = 10; repeated GraphProto graphs = 11;
  optional string doc_string = 13; optional TypeProto tp = 14; repeated TypeProto type_protos = 15;
  optional int32 type = 20; optional string ref_attr_name = 21; optional SparseTensorProto sparse_tensor = 22;
  repeated SparseTensorProto sparse_tensors = 23;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4;
  repeated AttributeProto attribute = 5; optional string doc_string = 6; optional string domain = 7;
  optional string overload = 8; repeated StringStringEntryProto metadata_props = 9;
  repeated bytes device_configurations = 10;
}
message TensorAnnotation {
  optional string tensor_name = 1; repeated StringStringEntryProto quant_parameter_tensor_names = 2;
}
message GraphProto {
  repeated NodeProto node = 1; optional string name = 2; repeated TensorProto initializer = 5;
  optional string doc_string = 10; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
  repeated ValueInfoProto value_info = 13; repeated TensorAnnotation quantization_annotation = 14;
  repeated SparseTensorProto sparse_initializer = 15; repeated StringStringEntryProto metadata_props = 16;
}
message FunctionProto {
  optional string name = 1; repeated string input = 4; repeated string output = 5; repeated string attribute = 6;
  repeated NodeProto node = 7; optional string doc_string = 8; repeated OperatorSetIdProto opset_import = 9;
  optional string domain = 10; repeated AttributeProto attribute_proto = 11; repeated ValueInfoProto value_info = 12;
  optional string overload = 13; repeated StringStringEntryProto metadata_props = 14;
}
message ModelProto {
  optional int64 ir_version = 1; optional string producer_name = 2; optional string producer_version = 3;
  optional string domain = 4; optional int64 model_version = 5; optional string doc_string = 6;
  optional GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8;
  repeated StringStringEntryProto metadata_props = 14; repeated bytes training_info = 20;
  repeated FunctionProto functions = 25; repeated bytes configuration = 26;
}`;

/** A 64-bit integer: an object as it is read; written as a number or a decimal string. */
type Int64 = number | string | { toNumber(): number; toBigInt(): bigint };

interface EntryProto {
  readonly key?: string;
  readonly value?: string;
}

export interface TensorProto {
  readonly name?: string;
  readonly dims?: readonly Int64[];
  readonly dataType?: number;
  readonly segment?: object | null;
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  readonly stringData?: readonly Uint8Array[];
  readonly int64Data?: readonly Int64[];
  readonly rawData?: Uint8Array;
  readonly doubleData?: readonly number[];
  readonly uint64Data?: readonly Int64[];
  readonly externalData?: readonly EntryProto[];
  readonly dataLocation?: number;
}

export interface SparseTensorProto {
  readonly values?: TensorProto | null;
  readonly indices?: TensorProto | null;
  readonly dims?: readonly Int64[];
}

interface DimensionProto {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
  /** Which of the two is set. */
  readonly value?: string;
}

export interface TypeProto {
  readonly tensorType?: {
    readonly elemType?: number;
    readonly shape?: { readonly dim?: readonly DimensionProto[] } | null;
  } | null;
  readonly sequenceType?: { readonly elemType?: TypeProto | null } | null;
  readonly optionalType?: { readonly elemType?: TypeProto | null } | null;
  readonly mapType?: { readonly keyType?: number; readonly valueType?: TypeProto | null } | null;
  /** Which kind of type is set. */
  readonly value?: string;
}

export interface ValueInfoProto {
  readonly name?: string;
  readonly type?: TypeProto | null;
}

export interface AttributeProto {
  readonly name?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: Int64;
  readonly s?: Uint8Array;
  readonly t?: TensorProto | null;
  readonly g?: GraphProto | null;
  readonly floats?: readonly number[];
  readonly ints?: readonly Int64[];
  readonly strings?: readonly Uint8Array[];
  readonly tensors?: readonly TensorProto[];
  readonly graphs?: readonly GraphProto[];
  readonly refAttrName?: string;
}

export interface NodeProto {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly attribute?: readonly AttributeProto[];
}

export interface GraphProto {
  readonly name?: string;
  readonly node?: readonly NodeProto[];
  readonly initializer?: readonly TensorProto[];
  readonly input?: readonly ValueInfoProto[];
  readonly output?: readonly ValueInfoProto[];
  readonly valueInfo?: readonly ValueInfoProto[];
  readonly sparseInitializer?: readonly SparseTensorProto[];
  /** Fields that the schema does not know, as protobufjs keeps them. */
  readonly $unknowns?: readonly Uint8Array[];
}

export interface FunctionProto {
  readonly name?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  /** Names of the attributes that have no default. */
  readonly attribute?: readonly string[];
  /** Attributes that have a default. */
  readonly attributeProto?: readonly AttributeProto[];
  readonly node?: readonly NodeProto[];
  readonly opsetImport?: readonly OperatorSetProto[];
}

interface OperatorSetProto {
  readonly domain?: string;
  readonly version?: Int64;
}

export interface ModelProto {
  readonly irVersion?: Int64;
  readonly producerName?: string;
  readonly graph?: GraphProto | null;
  readonly opsetImport?: readonly OperatorSetProto[];
  readonly metadataProps?: readonly EntryProto[];
  readonly functions?: readonly FunctionProto[];
  readonly $unknowns?: readonly Uint8Array[];
}

interface Codec<T> {
  decode(bytes: Uint8Array): T;
  encode(message: T): Uint8Array;
}

const root = protobuf.parse(schema).root;

function codec<T>(name: string): Codec<T> {
  const type = root.lookupType(name);
  return {
    decode: (bytes) => type.decode(bytes) as T,
    encode: (message) => plainBytes(type.encode(message as Record<string, unknown>).finish()),
  };
}

/** Without the methods of a Buffer; copied only out of memory that others share, which is small. */
function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return byteLength === buffer.byteLength ? bytes : bytes.slice();
}

export const modelCodec = codec<ModelProto>('ModelProto');
export const attributeCodec = codec<AttributeProto>('AttributeProto');
export const typeCodec = codec<TypeProto>('TypeProto');
export const functionCodec = codec<FunctionProto>('FunctionProto');

/** AttributeProto.AttributeType, as far as attributes are looked into. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  graphs: 10,
} as const;

export function toNumber(value: Int64 | undefined): number {
  return value === undefined ? 0 : typeof value === 'object' ? value.toNumber() : Number(value);
}

export function toBigInt(value: Int64): bigint {
  return typeof value === 'object' ? value.toBigInt() : BigInt(value);
}

/** A double as an int64; those beyond its range (2^63 - 1 has no double) are clamped to it. */
export function toInt64(value: number): Int64 {
  if (value >= 2 ** 63) return '9223372036854775807';
  if (value <= -(2 ** 63)) return '-9223372036854775808';
  return Number.isSafeInteger(value) ? value : BigInt(value).toString();
}
