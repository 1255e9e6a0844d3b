using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>Where the fields of a struct of this process lie in memory, as assertions for the compiler of the kernels.</summary>
internal static class FieldOffsets
{
    /// <summary>What a compiler refuses if <paramref name="name"/> has a field elsewhere than its mirror, or not at all.</summary>
    /// <param name="name">A struct of a kernel file.</param>
    /// <param name="mirror">The struct here. A field has the same name there, in snake case.</param>
    public static string Assertions(string name, Type mirror)
    {
        if (mirror.IsDefined(typeof(InlineArrayAttribute))) return "";
        var text = new StringBuilder();
        foreach (var field in Fields(mirror))
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"static_assert(__builtin_offsetof({name}, {Snake(field.Name)}) == {Offset(mirror, field)}, \"{name}.{field.Name}\");");
        return text.ToString();
    }

    /// <summary>The fields that have a counterpart in a kernel file.</summary>
    public static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public);

    // The marshaller's Marshal.OffsetOf knows no inline arrays; this is where the field lies in memory.
    private static long Offset(Type type, FieldInfo field)
    {
        var method = new DynamicMethod("offset", typeof(long), [type.MakeByRefType()], typeof(FieldOffsets).Module, skipVisibility: true);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldflda, field);
        code.Emit(OpCodes.Conv_I8);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Conv_I8);
        code.Emit(OpCodes.Sub);
        code.Emit(OpCodes.Ret);
        return (long)method.Invoke(null, [RuntimeHelpers.GetUninitializedObject(type)])!;
    }

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
