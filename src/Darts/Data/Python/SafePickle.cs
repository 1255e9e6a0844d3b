using System.Collections;
using System.Text;
using System.Text.RegularExpressions;
using Razorvine.Pickle;
using Razorvine.Pickle.Objects;

namespace MIOpenDarts.Darts.Data.Python;

/// <summary>
/// Reads pickles. Nothing in one is evaluated: the classes that data or weights need are built here, every other is refused by its name.
/// </summary>
internal static partial class SafePickle
{
    private const string Data = "images and labels";
    private const long MostBytes = 1 << 30;

    // What is read on this thread: the library keeps one list of classes for all.
    [ThreadStatic]
    private static string? purpose;

    // Values for which older pickles have no opcodes. The library builds more, such as dates, which nothing here needs.
    private static readonly string[] PlainValues =
        ["_codecs.encode", "__builtin__.bytes", "__builtin__.bytearray", "builtins.bytearray", "__builtin__.set", "builtins.set"];

    static SafePickle()
    {
        foreach (var name in Library.Classes.Except(PlainValues).ToList()) Library.Refuse(name);
        foreach (var module in new[] { "numpy.core.multiarray", "numpy._core.multiarray" })
            Unpickler.registerConstructor(module, "_reconstruct", new Constructor(null, "", _ => new PickledArray()));
        Unpickler.registerConstructor("numpy", "ndarray", new Constructor(null, "", _ => new PickledArray()));
        Unpickler.registerConstructor("numpy", "dtype", new Constructor(null, "", arguments => new PickledType((string)arguments[0])));
    }

    /// <summary>Adds a class that is built for one purpose only.</summary>
    public static void Allow(string forPurpose, string module, string name, Func<object[], object> build) =>
        Unpickler.registerConstructor(module, name, new Constructor(forPurpose, $"{module}.{name}", build));

    /// <summary>Reads the next pickle of a stream.</summary>
    /// <param name="name">The file, for messages.</param>
    /// <param name="forPurpose">What is read, whose classes are allowed.</param>
    /// <param name="unpickler">The reader.</param>
    /// <param name="stream">Where the pickle begins; then after it.</param>
    /// <exception cref="DataException">It has a class that is not allowed, or is damaged.</exception>
    public static object? Read(string name, string forPurpose, Unpickler unpickler, Stream stream)
    {
        purpose = forPurpose;
        try
        {
            var start = stream.Position;
            var length = PickleScan.Measure(stream);
            if (length > MostBytes) throw new InvalidDataException($"it has {length} bytes, more than the {MostBytes} that one may have");
            var bytes = new byte[length];
            stream.Position = start;
            stream.ReadExactly(bytes);
            var read = unpickler.loads(bytes);
            return ForeignClass(read) is { } foreign ? throw Refused(name, OneLine.Of(foreign), forPurpose) : read;
        }
        catch (PickleException e) when (UnbuiltClass().Match(e.Message) is { Success: true } unbuilt)
        {
            throw Refused(name, OneLine.Of(unbuilt.Groups[1].Value), forPurpose);
        }
        catch (Exception e) when (e is not (DataException or OutOfMemoryException))
        {
            // The reader tells damage by exceptions of many types.
            throw new DataException(
                $"{name}: the pickle cannot be read ({OneLine.Of(e.Message)}); it is damaged or no pickle, fetch it again", e);
        }
        finally
        {
            purpose = null;
        }
    }

    /// <summary>Reads a pickle that is a dictionary; keys that are no texts are left out.</summary>
    /// <exception cref="DataException">It is something else, has a class that data does not need, or is damaged.</exception>
    public static IReadOnlyDictionary<string, object?> Dictionary(string name, byte[] pickle)
    {
        using var unpickler = new Unpickler();
        using var stream = new MemoryStream(pickle);
        if (Read(name, Data, unpickler, stream) is not IDictionary entries)
            throw new DataException($"{name}: the pickle holds no dictionary, so this is not the set that its name says");
        var dictionary = new Dictionary<string, object?>();
        foreach (DictionaryEntry entry in entries)
            if (Text(entry.Key) is { } key) dictionary[key] = entry.Value is PickledArray array ? Array(name, array) : entry.Value;
        return dictionary;
    }

    /// <summary>A text, which older versions of Python wrote as bytes; null for anything else.</summary>
    public static string? Text(object? value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => null,
    };

    private static NumpyArray Array(string name, PickledArray array)
    {
        try
        {
            return array.ToArray();
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException)
        {
            throw new DataException($"{name}: the pickle cannot be read ({OneLine.Of(e.Message)}); it is damaged, fetch it again", e);
        }
    }

    private static DataException Refused(string name, string type, string forPurpose) => new(
        $"{name}: has an object of the class {type}, which {forPurpose} do not need, so it was not built; "
        + (forPurpose == Data ? "fetch the file again from where you trust it" : "save model.state_dict() alone"));

    // How the reader says that it has no constructor with arguments for a class.
    [GeneratedRegex(@"construction of ClassDict \(for ([^)]*)\)")]
    private static partial Regex UnbuiltClass();

    // A pickle may hold one object in many places, or in itself.
    private static string? ForeignClass(object? root)
    {
        var (seen, left) = (new HashSet<object>(ReferenceEqualityComparer.Instance), new Stack<object?>([root]));
        while (left.TryPop(out var value))
        {
            if (value is ClassDict { ClassName: var name }) return name;
            if (value is ClassDictConstructor named) return $"{named.module}.{named.name}";
            if (value is Exception) return (value as PythonException)?.PythonExceptionType ?? value.GetType().Name;
            if (value is string or byte[] || value is not IEnumerable inside || !seen.Add(value)) continue;
            foreach (var item in inside)
            {
                left.Push(item is DictionaryEntry entry ? entry.Value : item);
                if (item is DictionaryEntry { Key: not string } other) left.Push(other.Key);
            }
        }

        return null;
    }

    private sealed class Library : Unpickler
    {
        public static IEnumerable<string> Classes => objectConstructors.Keys;

        public static void Refuse(string name) => objectConstructors[name] = new Constructor("nothing", name, _ => name);
    }

    private sealed class Constructor(string? forPurpose, string name, Func<object[], object> build) : IObjectConstructor
    {
        public object construct(object[] args) => forPurpose is null || forPurpose == purpose
            ? build(args)
            : throw new PickleException($"construction of ClassDict (for {name})");
    }
}
