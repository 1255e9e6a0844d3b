using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MIOpenDarts.Interop.Tests.Abi;

/// <summary>One thing that the C# side claims about C, as a C++ condition.</summary>
/// <param name="Name">The C name, for example hipMalloc or miopenConvAlgoPerf_t.time.</param>
/// <param name="Library">hip, hiprtc, miopen or hipblas.</param>
/// <param name="Condition">What a C++ compiler has to find true.</param>
internal sealed record Binding(string Name, string Library, string Condition)
{
    /// <summary>Every claim of the generated code, read from the compiled assembly.</summary>
    public static IReadOnlyList<Binding> OfAssembly() =>
        Of(typeof(Generated.hipError_t).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(Generated.hipError_t).Namespace && !t.IsNested));

    public static IReadOnlyList<Binding> Of(IEnumerable<Type> types) => types
        .Where(t => !typeof(Attribute).IsAssignableFrom(t))
        .SelectMany(t => t.IsEnum ? OfEnum(t) : t.IsValueType ? CType.IsHandle(t) ? OfHandle(t) : OfStruct(t) : OfClass(t))
        .ToArray();

    private static IEnumerable<Binding> OfClass(Type type)
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var method in type.GetMethods(all).Where(m => m.GetCustomAttribute<DllImportAttribute>() is not null))
        {
            yield return New(method.Name, $"same<decltype({method.Name}), {CType.Function(method)}>");
        }
        foreach (var constant in type.GetFields(all).Where(f => f.IsLiteral))
        {
            yield return New(constant.Name,
                $"static_cast<long long>({constant.Name}) == {Convert.ToInt64(constant.GetRawConstantValue())}LL");
        }
        foreach (var pointer in type.GetFields(all).Where(f => f.IsInitOnly && f.FieldType.IsPointer))
        {
            yield return New(pointer.Name, $"text(TEXT({pointer.Name})) == \"((void*)0x{PointerValue(pointer):x2})\"");
        }
    }

    private static IEnumerable<Binding> OfEnum(Type type)
    {
        yield return New(type.Name, $"sizeof({type.Name}) == {SizeOf(Enum.GetUnderlyingType(type))}");
        foreach (var name in Enum.GetNames(type))
        {
            var value = Convert.ToInt64(Enum.Parse(type, name));
            yield return New($"{type.Name}.{name}", $"static_cast<long long>({name}) == {value}LL") with { Library = LibraryOf(type.Name) };
        }
    }

    private static IEnumerable<Binding> OfHandle(Type type)
    {
        yield return New(type.Name, $"sizeof({type.Name}) == {SizeOf(type)} && std::is_pointer_v<{type.Name}>");
    }

    private static IEnumerable<Binding> OfStruct(Type type)
    {
        yield return New(type.Name, $"sizeof({type.Name}) == {SizeOf(type)}");
        foreach (var (field, offset) in Fields(type, type, 0))
        {
            // A bit field has no address; the struct's size covers it.
            if (field.Name != "_bitfield")
            {
                yield return New($"{type.Name}.{field.Name}", $"offsetof({type.Name}, {field.Name}) == {offset} && "
                    + (CType.ArrayOf(field.FieldType) is var (element, count)
                    ? $"same<decltype({type.Name}::{field.Name}), {CType.Name(element)}[{count}]>"
                    : $"same<decltype({type.Name}::{field.Name}), {CType.Name(field.FieldType)}>"));
            }
        }
    }

    /// <summary>The fields as C sees them: those of an anonymous union belong to the struct around it.</summary>
    private static IEnumerable<(FieldInfo Field, int Offset)> Fields(Type root, Type type, int start)
    {
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            var offset = start + OffsetOf(type, field);
            if (field.Name.StartsWith("Anonymous", StringComparison.Ordinal))
            {
                foreach (var inner in Fields(root, field.FieldType, offset))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return (field, offset);
            }
        }
    }

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    /// <summary>Where the runtime really puts a field: the address that code gets for it in a struct at address 4096.</summary>
    private static int OffsetOf(Type type, FieldInfo field)
    {
        var method = new DynamicMethod("offset", typeof(nint), [typeof(nint)], typeof(Binding).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldflda, field);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Ret);
        var memory = Marshal.AllocHGlobal(SizeOf(type));
        try
        {
            return (int)(method.CreateDelegate<Func<nint, nint>>()(memory) - memory);
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    private static unsafe long PointerValue(FieldInfo field) => (long)Pointer.Unbox(field.GetValue(null)!);

    private static Binding New(string name, string condition) => new(name, LibraryOf(name), condition);

    private static string LibraryOf(string name) =>
        name.StartsWith("hiprtc", StringComparison.OrdinalIgnoreCase) ? "hiprtc"
        : name.StartsWith("hipblas", StringComparison.OrdinalIgnoreCase) ? "hipblas"
        : name.StartsWith("miopen", StringComparison.OrdinalIgnoreCase) ? "miopen" : "hip";
}
