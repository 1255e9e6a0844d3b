using System.Reflection;
using System.Runtime.CompilerServices;

namespace MIOpenDarts.Interop.Tests.Abi;

/// <summary>C# types of the generated code in C's words.</summary>
internal static class CType
{
    public static string Function(MethodInfo method) =>
        $"{Name(method.ReturnType)}({string.Join(", ", method.GetParameters().Select(p => Name(p.ParameterType)))})";

    public static string Name(Type type)
    {
        if (type.IsFunctionPointer)
        {
            var parameters = string.Join(", ", type.GetFunctionPointerParameterTypes().Select(Name));
            return $"{Name(type.GetFunctionPointerReturnType())}(*)({parameters})";
        }
        if (type.IsPointer)
        {
            return Name(type.GetElementType()!) + "*";
        }
        return type switch
        {
            _ when type == typeof(void) => "void",
            _ when type == typeof(bool) => "bool",
            _ when type == typeof(byte) => "uint8_t",
            _ when type == typeof(short) => "int16_t",
            _ when type == typeof(ushort) => "uint16_t",
            _ when type == typeof(int) => "int32_t",
            _ when type == typeof(uint) => "uint32_t",
            _ when type == typeof(long) => "int64_t",
            _ when type == typeof(ulong) => "uint64_t",
            _ when type == typeof(nuint) => "size_t",
            _ when type == typeof(float) => "float",
            _ when type == typeof(double) => "double",
            _ when type.Namespace == "System" => throw new NotSupportedException($"{type} has no fixed C counterpart"),
            _ => type.Name,
        };
    }

    /// <summary>Element type and length of a fixed buffer, or null for another type.</summary>
    public static (Type Element, int Length)? ArrayOf(Type type) => type.GetCustomAttribute<InlineArrayAttribute>() is { } array
        ? (type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Single().FieldType, array.Length)
        : null;

    /// <summary>Whether the type is one of the generated wrappers of an opaque pointer.</summary>
    public static bool IsHandle(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public) is [{ Name: "Value" } only]
        && only.FieldType == typeof(void).MakePointerType();
}
